"""One request for queries of a label, and the proposals read from its response."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.hashing import keyed_shuffle
from winnow.generators.diversity_grid import QueryBrief
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.prompts.prompt_task import shared_prompt
from winnow.generators.proposal import PromptContext, Proposal

MAX_SEEDS = 5
"""Real queries in a request; each request shows other ones."""

MAX_NEAR_TEXTS = 8

MAX_NEIGHBOR_TEXTS = 3
"""Real queries of each neighboring label."""

MAX_MISCLASSIFIED = 8

QUERIES_SCHEMA = list_schema("queries", {"brief": {"type": "integer"}, "text": {"type": "string"}})


def read_queries(context: Mapping[str, Any], text: str) -> list[Proposal]:
    """The proposals in a response: at most one query for each brief; unknown briefs are ignored."""
    fields: dict[str, type] = {"brief": int, "text": str}
    if "label" not in context:
        fields["label"] = str
    known = {brief["brief"]: brief for brief in context["briefs"]}
    found: dict[int, Proposal] = {}
    for item in read_items(text, "queries", fields):
        brief = known.get(item["brief"])
        if brief is None or item["brief"] in found or not item["text"].strip():
            continue
        detail = {name: value for name, value in brief.items() if name != "brief"} | {"kind": context["kind"]}
        found[item["brief"]] = Proposal(item["text"], context.get("label") or item["label"], detail)
    return [found[number] for number in sorted(found)]


def neighbor_labels(prompt_context: PromptContext, label: str) -> list[str]:
    """Labels that the task names as confusable with a label, or whose near miss belongs to it, or the reverse."""
    pairs = [pair for pair in prompt_context.task.confusable if label in pair]
    named = [one if other == label else other for one, other in pairs]
    for one in prompt_context.task.labels:
        if one.near_miss and one.name == label:
            named.append(one.near_miss.label)
        if one.near_miss and one.near_miss.label == label:
            named.append(one.name)
    return [name for name in dict.fromkeys(named) if name != label]


def query_request(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    label: str,
    part: Sequence[QueryBrief],
    *,
    kind: str,
    beside: Sequence[str],
    where: tuple[object, ...],
    misclassified: Sequence[Mapping[str, str]] = (),
) -> RequestDraft:
    """One request for queries of a label; `where` selects which real texts it shows."""
    seeds = prompt_context.texts(label, MAX_SEEDS, *where)
    values: dict[str, Any] = {
        "label": label,
        "briefs": list(part),
        "seeds": seeds,
        "near": list(prompt_context.near(label, seeds))[:MAX_NEAR_TEXTS],
        "others": {name: prompt_context.texts(name, MAX_NEIGHBOR_TEXTS, *where) for name in beside},
    }
    if kind == "fixes":
        values["mistakes"] = keyed_shuffle(misclassified, prompt_context.key, *where)[:MAX_MISCLASSIFIED]
    own = load_prompt(kind).render(**values)
    request = make_request(
        model_choice,
        shared=shared_prompt(prompt_context.task),
        own=own,
        schema=QUERIES_SCHEMA,
        items=len(part),
    )
    return request, json.dumps({"kind": kind, "label": label, "briefs": list(part)})
