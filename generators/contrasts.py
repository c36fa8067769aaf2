"""Contrastive pairs: two queries that differ as little as possible and have different labels."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.prompts.prompt_task import shared_prompt
from winnow.generators.proposal import PromptContext, Proposal

MAX_PAIR_SEEDS = 6

PAIRS_SCHEMA = list_schema(
    "pairs", {"first": {"type": "string"}, "second": {"type": "string"}, "edit": {"type": "string"}}
)

EDIT_COSINE_RANGE = (0.60, 0.999)
"""Cosine of the two sides: below it they are unrelated queries, above it the same query. On MiniLM a changed direction
("to" for "from") has 0.995, a changed topic word 0.6 to 0.9."""

LabelPair = tuple[str, str]


def contrast_requests(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    pair: LabelPair,
    count: int,
    *,
    edits: Sequence[str] = (),
    per_request: int,
    round_number: int,
) -> list[RequestDraft]:
    """Requests for `count` pairs, `per_request` in each. `edits` are differences that earlier pairs used."""
    first, second = pair
    found = []
    for number, start in enumerate(range(0, count, per_request)):
        wanted = min(per_request, count - start)
        own = load_prompt("contrasts").render(
            count=wanted,
            first=first,
            second=second,
            first_seeds=prompt_context.texts(first, MAX_PAIR_SEEDS, "contrasts", second, round_number, number),
            second_seeds=prompt_context.texts(second, MAX_PAIR_SEEDS, "contrasts", first, round_number, number),
            edits=list(edits),
        )
        request = make_request(
            model_choice,
            shared=shared_prompt(prompt_context.task),
            own=own,
            schema=PAIRS_SCHEMA,
            items=2 * wanted,
        )
        found.append((request, json.dumps({"kind": "contrasts", "pair": [first, second], "count": wanted})))
    return found


def read_contrasts(context: Mapping[str, Any], text: str, request_id: str) -> list[Proposal]:
    """Both sides of every pair in a response, one after the other; each pair is one new group."""
    first, second = context["pair"]
    fields: dict[str, type] = {"first": str, "second": str, "edit": str}
    pairs = [item for item in read_items(text, "pairs", fields) if item["first"].strip() and item["second"].strip()]
    return [
        Proposal(
            item[side], label, {"kind": "contrasts", "edit": item["edit"]}, group_key=f"contrast {request_id} {number}"
        )
        for number, item in enumerate(pairs[: context["count"]])
        for side, label in (("first", first), ("second", second))
    ]


def not_minimal_edit(cosine: float) -> str:
    """Why the two sides of a pair are not a minimal edit; empty where they are one, or where the cosine is NaN."""
    if math.isnan(cosine):
        return ""
    if cosine < EDIT_COSINE_RANGE[0]:
        return "too_far_apart"
    return "" if cosine <= EDIT_COSINE_RANGE[1] else "the_same_text"
