"""The turns that a language model writes: the schema of its answer, and the dialogue that they make, or why none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.generators.llm.request import list_schema
from winnow.validators.kinds.tools import content_of
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.row_dialogue import dropped_for
from winnow.validators.tools.strict_json import JsonError, JsonValue, read_json, write_json

TURN_KEYS = ("role", "text", "calls")

CALL_KEYS = ("tool", "arguments")

WRITTEN_ROLES = (Role.USER.value, Role.ASSISTANT.value)
"""Results have a request of their own."""


class UnreadableTurnError(ValueError):
    """A turn that a model wrote in another form than it was asked for; its text says which."""


def turns_schema(tools: Sequence[Tool]) -> dict[str, Any]:
    """The JSON Schema of a list of turns.

    Arguments are JSON as text: the grammar of an API knows neither limits nor many optional arguments.
    """
    call = _closed({"tool": {"type": "string", "enum": [tool.name for tool in tools]}, "arguments": {"type": "string"}})
    calls = {"type": "array", "items": call if tools else _closed({})}
    role = {"type": "string", "enum": list(WRITTEN_ROLES)}
    return {"type": "array", "items": _closed({"role": role, "text": {"type": "string"}, "calls": calls})}


def _closed(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def dialogues_schema(name: str, key: str, tools: Sequence[Tool]) -> dict[str, Any]:
    """The JSON Schema of a list of dialogues, each with the number that it was asked for by."""
    return list_schema(name, {key: {"type": "integer"}, "turns": turns_schema(tools)})


def read_turns(written: object, before: Sequence[Turn] = ()) -> tuple[Turn, ...]:
    """The turns of an answer, whose calls are counted on from those `before`. Raises UnreadableTurnError."""
    if not isinstance(written, list) or not written:
        raise UnreadableTurnError("no turns, expected a list of them")
    numbers = itertools.count(1 + sum(len(turn.calls) for turn in before))
    return tuple(_turn(place, one, numbers) for place, one in enumerate(written, len(before) + 1))


def _turn(place: int, written: object, numbers: Iterator[int]) -> Turn:
    if not isinstance(written, dict) or not set(TURN_KEYS) <= written.keys():
        raise UnreadableTurnError(f"turn {place}: expected an object with {', '.join(TURN_KEYS)}")
    role, text, calls = (written[key] for key in TURN_KEYS)
    if role not in WRITTEN_ROLES or not isinstance(text, str) or not isinstance(calls, list):
        raise UnreadableTurnError(f"turn {place}: role {role!r}, expected {' or '.join(WRITTEN_ROLES)}, text and calls")
    return Turn(Role(role), text.strip(), tuple(_call(place, one, next(numbers)) for one in calls))


def _call(place: int, written: object, number: int) -> Call:
    named = f"turn {place}, call_{number}"
    if not isinstance(written, dict) or not all(isinstance(written.get(key), str) for key in CALL_KEYS):
        raise UnreadableTurnError(f"{named}: expected an object with {' and '.join(CALL_KEYS)}, both text")
    try:
        arguments = read_json(written["arguments"])
    except JsonError as error:
        raise UnreadableTurnError(f"{named}: the arguments of {written['tool']!r} are {error}") from None
    if not isinstance(arguments, dict):
        raise UnreadableTurnError(f"{named}: the arguments of {written['tool']!r} are no JSON object")
    return Call(f"call_{number}", written["tool"], arguments)


def unreadable(written: object, tools: Sequence[Tool]) -> str:
    """A content that holds an answer which could not be read, so that it is dropped and kept with its reason.

    Halves of surrogate pairs, which cannot be stored, are replaced by question marks.
    """
    text = written if isinstance(written, str) else write_json(written)
    return content_of(Dialogue((Turn(Role.ASSISTANT, text.encode(errors="replace").decode()),), tuple(tools)))


def unreadable_drop(detail: str) -> Drop:
    """Why it is dropped."""
    return dropped_for(DropReason.MALFORMED_DIALOGUE, [detail])


def shown_turns(dialogue: Dialogue) -> list[dict[str, JsonValue]]:
    """The turns of a dialogue as a prompt shows them: in the form in which the model writes them."""
    return [_shown(turn, dialogue.tools) for turn in dialogue.turns]


def _shown(turn: Turn, tools: Sequence[Tool]) -> dict[str, JsonValue]:
    calls: list[JsonValue] = [
        {"tool": call.name, "arguments": write_json(in_schema_order(call, tools), sort_keys=False)}
        for call in turn.calls
    ]
    shown: dict[str, JsonValue] = {"role": turn.role.value, "text": turn.content}
    return shown if turn.role is Role.TOOL else {**shown, "calls": calls}
