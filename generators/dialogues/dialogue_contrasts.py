"""Contrastive pairs of dialogues: users say nearly the same, and the right tools or behaviors differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.config.task import Task
from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.contrasts import LabelPair
from winnow.generators.dialogues.dialogue_prompt import offered_tools, shared_dialogue_prompt, shown_dialogues
from winnow.generators.dialogues.dialogue_requests import ITEMS_PER_DIALOGUE, listed_items
from winnow.generators.dialogues.written_turns import (
    UnreadableTurnError,
    read_turns,
    turns_schema,
    unreadable,
    unreadable_drop,
)
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.proposal import PromptContext, Proposal
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Dialogue, Tool

MAX_PAIR_DIALOGUES = 4
"""Real dialogues of each side in a request."""

SIDES = ("first", "second")

DIALOGUE_CONTRASTS = "dialogue_contrasts"
"""In the context of a request: its response holds pairs of dialogues."""


def dialogue_contrast_requests(
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
    found = []
    for number, start in enumerate(range(0, count, per_request)):
        wanted = min(per_request, count - start)
        where = (GeneratorName.CONTRASTS, *pair, round_number, number)
        own = load_prompt("dialogue_contrasts").render(
            count=wanted,
            first=pair[0],
            second=pair[1],
            first_seeds=shown_dialogues(prompt_context, pair[0], MAX_PAIR_DIALOGUES, *where),
            second_seeds=shown_dialogues(prompt_context, pair[1], MAX_PAIR_DIALOGUES, *where),
            edits=list(edits),
        )
        request = make_request(
            model_choice,
            shared=shared_dialogue_prompt(prompt_context.task),
            own=own,
            schema=_pairs_schema(offered_tools(prompt_context.task)),
            items=2 * ITEMS_PER_DIALOGUE * wanted,
        )
        found.append((request, json.dumps({"kind": DIALOGUE_CONTRASTS, "pair": list(pair), "count": wanted})))
    return found


def _pairs_schema(tools: Sequence[Tool]) -> dict[str, Any]:
    turns = turns_schema(tools)
    return list_schema("pairs", {"first": turns, "second": turns, "edit": {"type": "string"}})


def read_dialogue_contrasts(context: Mapping[str, Any], text: str, request_id: str, task: Task) -> list[Proposal]:
    """Both sides of every pair in a response, one after the other; each pair is one new group."""
    tools = offered_tools(task)
    items = listed_items(text, "pairs")
    if isinstance(items, str):
        return [Proposal(unreadable(text, tools), context["pair"][0], _detail(""), problem=unreadable_drop(items))]
    pairs = (_pair(item, context["pair"], f"contrast {request_id} {place}", tools) for place, item in enumerate(items))
    return [side for _, pair in zip(range(context["count"]), pairs, strict=False) for side in pair]


def _pair(item: Mapping[str, Any], labels: Sequence[str], group: str, tools: Sequence[Tool]) -> Iterator[Proposal]:
    detail = _detail(str(item.get("edit") or ""))
    for side, label in zip(SIDES, labels, strict=True):
        try:
            dialogue = Dialogue(read_turns(item.get(side)), tuple(tools))
        except UnreadableTurnError as error:
            drop = unreadable_drop(str(error))
            yield Proposal(unreadable(item.get(side), tools), label, detail, group_key=group, problem=drop)
        else:
            yield Proposal(content_of(dialogue), label, detail, group_key=group)


def _detail(edit: str) -> dict[str, Any]:
    return {"kind": GeneratorName.CONTRASTS.value, "edit": edit}
