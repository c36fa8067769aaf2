"""Winnow's own form: what releases hold, and what people write by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, SourceDialogue
from winnow.validators.tools.dialogue import Role, turns_from_json
from winnow.validators.tools.strict_json import write_json

TURN_KEYS: Mapping[str, set[str]] = {
    Role.USER: {"role", "content"},
    Role.ASSISTANT: {"role", "content", "calls", "reasoning", "train"},
    Role.TOOL: {"role", "content", "call_id"},
}
"""The keys that a turn may have, by its role."""

CALL_KEYS = {"id", "name", "arguments", "accepted", "accepted_calls"}
"""The keys that a call may have."""

OWN_KEYS = frozenset({"calls", "call_id", "train"})
"""Keys that no other form has."""


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether messages have Winnow's own form."""
    keys = {key for message in messages for key in message}
    return bool(keys & OWN_KEYS) and "from" not in keys


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue; ids of calls are given anew, in order."""
    problems = [problem for number, message in enumerate(messages, 1) for problem in _problems(number, message)]
    if problems:
        raise DialogueError(problems)
    ids: dict[str, str] = {}
    renumbered = [_renumbered(message, ids) for message in messages]
    turns = turns_from_json(write_json(renumbered))
    raw = tuple(write_json(call["arguments"]) for message in messages for call in message.get("calls", ()))
    return SourceDialogue(turns, raw_calls=raw)


def _renumbered(message: Message, ids: dict[str, str]) -> dict[str, Any]:
    """The message with ids `call_1`, `call_2`, …; `ids` collects the new id of each one seen."""
    found = dict(message)
    if "calls" in message:
        found["calls"] = [_renumbered_call(call, ids) for call in message["calls"]]
    if "call_id" in message:
        found["call_id"] = ids.get(message["call_id"], message["call_id"])
    return found


def _renumbered_call(call: Mapping[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    new = ids.setdefault(call["id"], f"call_{len(ids) + 1}")
    others = [{**other, "id": new} for other in call.get("accepted_calls", ())]
    return {**call, "id": new, **({"accepted_calls": others} if others else {})}


def _problems(number: int, message: Message) -> Iterator[str]:
    """What keeps a message from having the form."""
    role = message.get("role")
    if not isinstance(role, str) or role not in TURN_KEYS:
        yield f"turn {number}: role {role!r}, expected user, assistant or tool"
        return
    if unknown := sorted(set(message) - TURN_KEYS[role]):
        yield f"turn {number}: unknown key {unknown[0]!r} for the role {role}"
    if not isinstance(message.get("content", ""), str):
        yield f"turn {number}: the content is not text"
    for name in ("reasoning", "call_id"):
        if not isinstance(message.get(name, ""), str):
            yield f"turn {number}: {name} is not text"
    if not isinstance(message.get("train", True), bool):
        yield f"turn {number}: train is {message['train']!r}, expected true or false"
    calls = message.get("calls", [])
    if not isinstance(calls, list):
        yield f"turn {number}: calls is not a list"
        return
    for call in calls:
        yield from (f"turn {number}: {problem}" for problem in _call_problems(call))


def _call_problems(call: object) -> Iterator[str]:
    if not isinstance(call, Mapping):
        yield "a call is not an object"
        return
    if unknown := sorted(set(call) - CALL_KEYS):
        yield f"unknown key {unknown[0]!r} in a call"
    for name in ("id", "name"):
        if not isinstance(call.get(name), str) or not call[name]:
            yield f"a call has no {name}"
    if not isinstance(call.get("arguments"), Mapping):
        yield f"the arguments of {call.get('name')!r} are not an object"
    accepted = call.get("accepted", {})
    if not isinstance(accepted, Mapping) or not all(isinstance(values, list) for values in accepted.values()):
        yield f"accepted of {call.get('name')!r} is not an object of lists"
    others = call.get("accepted_calls", [])
    for other in others if isinstance(others, list) else [None]:
        yield from _call_problems(other)


CANONICAL = Dialect("winnow", "Winnow's own form with `calls`", recognizes, read)
