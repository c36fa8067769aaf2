"""Blind labeling of proposals by a judge model, which is not told the proposed label."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import keyed_shuffle
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.prompts.prompt_task import shared_prompt


@dataclass(frozen=True)
class JudgeVerdict:
    """How the judge labels one query."""

    label: str
    sure: bool
    why: str


def judge_requests(
    task: Task, model_choice: ModelChoice, texts: Sequence[str], *, key: str, per_request: int
) -> list[RequestDraft]:
    """Requests that label all texts, shuffled so that the two sides of a pair are rarely in one request."""
    choice = {"type": "string", "enum": list(task.label_names)}
    fields: dict[str, dict[str, Any]] = {
        "query": {"type": "integer"},
        "why": {"type": "string"},
        "label": choice,
        "sure": {"type": "boolean"},
    }
    shared = shared_prompt(task, "judge_task")
    order = keyed_shuffle(range(len(texts)), key, "judge")
    found = []
    for start in range(0, len(order), per_request):
        part = order[start : start + per_request]
        asked = [{"query": number, "text": texts[i]} for number, i in enumerate(part)]
        own = load_prompt("judge").render(queries=asked)
        request = make_request(
            model_choice, shared=shared, own=own, schema=list_schema("verdicts", fields), items=len(part)
        )
        found.append((request, json.dumps({"texts": [texts[i] for i in part]})))
    return found


def read_verdicts(context: Mapping[str, Any], text: str, labels: Sequence[str]) -> dict[str, JudgeVerdict]:
    """The verdicts of one response, by text; texts without a readable verdict are missing."""
    fields: dict[str, type] = {"query": int, "label": str, "sure": bool, "why": str}
    texts, known = context["texts"], set(labels)
    return {
        texts[item["query"]]: JudgeVerdict(item["label"], item["sure"], item["why"])
        for item in read_items(text, "verdicts", fields)
        if 0 <= item["query"] < len(texts) and item["label"] in known
    }
