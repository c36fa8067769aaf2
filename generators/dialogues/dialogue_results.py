"""Results of calls, written from the schema of the tool and the call: whoever writes them sees no dialogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.hashing import keyed_hash, keyed_shuffle, stable_hash
from winnow.generators.dialogues.dialogue_prompt import shared_dialogue_prompt
from winnow.generators.dialogues.dialogue_requests import ITEMS_PER_DIALOGUE
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.proposal import PromptContext
from winnow.validators.kinds.tools import dialogue_of
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

MAX_SHOWN_RESULTS = 2
"""Real results of each tool in a request."""

IDS = range(100, 10_000)
"""Numbers of ids: few tokens, and different ones in most dialogues."""

RESULTS_SCHEMA = list_schema(
    "results", {"dialogue": {"type": "integer"}, "call": {"type": "string"}, "result": {"type": "string"}}
)

Results = Mapping[str, str]
"""The results of the last calls of a dialogue, by the call's id."""


def dialogue_key(content: str, detail: Mapping[str, Any]) -> str:
    """By which a dialogue with a brief is found again in the context of a request."""
    return stable_hash(content, write_json(detail), length=20)


def result_requests(
    contents: Mapping[str, str],
    model_choice: ModelChoice,
    prompt_context: PromptContext,
    keys: Sequence[str],
    number: int,
    *,
    per_request: int,
) -> list[RequestDraft]:
    """Requests for the results of the last turns of some dialogues; `contents` are theirs by key."""
    task = prompt_context.task
    found = []
    for start in range(0, len(keys), per_request):
        part = keys[start : start + per_request]
        dialogues = [dialogue_of(contents[key]) for key in part]
        calls = [one for place, dialogue in enumerate(dialogues) for one in _asked_calls(place, dialogue)]
        names = dict.fromkeys(call["tool"] for call in calls)
        seeds = {name: real_results(prompt_context, name, number, start) for name in names}
        own = load_prompt("dialogue_results").render(
            calls=calls,
            seeds={name: results for name, results in seeds.items() if results},
            first_id=first_id(prompt_context.key, *part),
        )
        request = make_request(
            model_choice,
            shared=shared_dialogue_prompt(task),
            own=own,
            schema=RESULTS_SCHEMA,
            items=ITEMS_PER_DIALOGUE * len(calls),
        )
        context = {"keys": part, "calls": [[call.id for call in one.turns[-1].calls] for one in dialogues]}
        found.append((request, json.dumps(context)))
    return found


def first_id(*parts: str) -> int:
    """A number for ids: other dialogues get other ones, and questions about equal calls differ."""
    return IDS.start + keyed_hash("ids", *parts) % len(IDS)


def _asked_calls(place: int, dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    for call in dialogue.turns[-1].calls:
        arguments = in_schema_order(call, dialogue.tools)
        yield {"dialogue": place, "call": call.id, "tool": call.name, "arguments": arguments}


def real_results(prompt_context: PromptContext, tool: str, *parts: object) -> list[str]:
    """Some results of a tool in real dialogues."""
    dialogues = (dialogue_of(seed.content) for name in prompt_context.seeds for seed in prompt_context.seeds[name])
    found = (turn.content for one in dialogues for turn in _results_of(one, tool))
    return keyed_shuffle(dict.fromkeys(found), prompt_context.key, tool, *parts)[:MAX_SHOWN_RESULTS]


def _results_of(dialogue: Dialogue, tool: str) -> Iterator[Turn]:
    ids = {call.id for _, call in dialogue.calls() if call.name == tool}
    return (turn for turn in dialogue.turns if turn.role is Role.TOOL and turn.call_id in ids)


def read_results(context: Mapping[str, Any], text: str) -> dict[str, Results]:
    """The results in a response, by the key of the dialogue; dialogues without a result for every call are missing."""
    found: dict[int, dict[str, str]] = {}
    for item in read_items(text, "results", {"dialogue": int, "call": str, "result": str}):
        if _is_json(item["result"]):
            found.setdefault(item["dialogue"], {}).setdefault(item["call"], item["result"])
    return {
        key: {call: found[place][call] for call in calls}
        for place, (key, calls) in enumerate(zip(context["keys"], context["calls"], strict=True))
        if set(calls) <= found.get(place, {}).keys()
    }


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except JsonError:
        return False
    return True


def with_results(dialogue: Dialogue, results: Results) -> Dialogue:
    """The dialogue with the results of the calls of its last turn."""
    turns = (Turn(Role.TOOL, _written(results[call.id]), call_id=call.id) for call in dialogue.turns[-1].calls)
    return Dialogue((*dialogue.turns, *turns), dialogue.tools)


def _written(result: str) -> str:
    """A result as JSON on one line; a text without its quotes."""
    value = read_json(result)
    return value if isinstance(value, str) else write_json(value, sort_keys=False)
