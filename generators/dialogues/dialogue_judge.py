"""Blind judging of dialogues: a model that sees only what users say chooses the tools or the behavior."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogues.dialogue_prompt import offered_tools, shared_dialogue_prompt
from winnow.generators.judge import JudgeVerdict
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.validators.kinds.tools import dialogue_of
from winnow.validators.tools.behavior import TOOL_SEPARATOR
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS

CALLS = "call"
"""The judge's word for a behavior with calls."""

VERDICT_FIELDS: Mapping[str, type] = {"query": int, "why": str, "behavior": str, "tools": list, "sure": bool}


def dialogue_judge_requests(
    task: Task, model_choice: ModelChoice, contents: Sequence[str], *, key: str, per_request: int
) -> list[RequestDraft]:
    """Requests that judge all dialogues, shuffled so that the two sides of a pair are rarely in one request."""
    order = keyed_shuffle(range(len(contents)), key, "judge")
    found = []
    for start in range(0, len(order), per_request):
        part = [contents[i] for i in order[start : start + per_request]]
        asked = [{"query": number, "user": user_turns_of(content)} for number, content in enumerate(part)]
        request = make_request(
            model_choice,
            shared=shared_dialogue_prompt(task, "dialogue_judge_task"),
            own=load_prompt("dialogue_judge").render(queries=asked),
            schema=_verdicts_schema(task),
            items=len(part),
        )
        found.append((request, json.dumps({"contents": part})))
    return found


def user_turns_of(content: str) -> list[str]:
    """Everything that the judge sees of a dialogue."""
    return [turn.content for turn in dialogue_of(content).turns if turn.role is Role.USER]


def _verdicts_schema(task: Task) -> dict[str, Any]:
    names = [tool.name for tool in offered_tools(task)]
    return list_schema(
        "verdicts",
        {
            "query": {"type": "integer"},
            "why": {"type": "string"},
            "behavior": {"type": "string", "enum": [CALLS, *NO_CALL_KINDS]},
            "tools": {"type": "array", "items": {"type": "string", **({"enum": names} if names else {})}},
            "sure": {"type": "boolean"},
        },
    )


def read_dialogue_verdicts(context: Mapping[str, Any], text: str) -> dict[str, JudgeVerdict]:
    """The verdicts of one response, by content; contents without a readable verdict are missing."""
    contents = context["contents"]
    found: dict[str, JudgeVerdict] = {}
    for item in read_items(text, "verdicts", VERDICT_FIELDS):
        label = _label(item["behavior"], item["tools"])
        if label and 0 <= item["query"] < len(contents):
            found.setdefault(contents[item["query"]], JudgeVerdict(label, item["sure"], item["why"]))
    return found


def _label(behavior: str, tools: Sequence[object]) -> str:
    """The label that a verdict means; empty where it contradicts itself."""
    if behavior == CALLS:
        return TOOL_SEPARATOR.join(sorted({*map(str, tools)}))
    return behavior if behavior in [*NO_CALL_KINDS] and not tools else ""
