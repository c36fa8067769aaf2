"""The canonical dialogue: turns, calls and the offered tools, and its one JSON form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from winnow.core.identity_cache import cached_by_identity
from winnow.validators.tools.strict_json import JsonValue, write_json


class Role(StrEnum):
    """Who speaks in a turn. The system prompt is no turn: it belongs to the task."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


CACHED_TOOL_SETS = 256
"""So many sets of tools are kept: most dialogues of a dataset offer the same one."""

OMITTED = ""
"""Among the accepted values of an argument: the argument may be left out."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    id: str
    """`call_1`, `call_2`, … in the order of the dialogue, whatever ids the source had."""
    name: str
    """The tool's name."""
    arguments: Mapping[str, JsonValue]
    """The argument object. Its order is the source's; the canonical JSON sorts the keys."""
    accepted: Mapping[str, Sequence[JsonValue]] = field(default_factory=dict)
    """Other values that are right for an argument, by its name; `OMITTED` among them: it may be left out."""
    accepted_calls: tuple[Call, ...] = ()
    """Other calls that are right in place of this one. They have the same id, and no `accepted_calls` themselves."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one participant says or returns at once."""

    role: Role
    content: str = ""
    """What is said to the user, or what the tool returned. Empty beside calls; never empty otherwise."""
    calls: tuple[Call, ...] = ()
    """Only in turns of the assistant."""
    call_id: str = ""
    """In turns of a tool: the call that it answers."""
    reasoning: str = ""
    """What the assistant thought before it answered; never part of the content."""
    train: bool = True
    """Whether a model learns this turn, if it is one of the assistant; a failed turn stays as context."""

    @property
    def is_learned(self) -> bool:
        """Whether it is an answer of the assistant that a model learns."""
        return self.role is Role.ASSISTANT and self.train


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as it is offered."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema 2020-12 of the argument object: `type: object` with `properties`."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schema of each argument, by its name."""
        return self.parameters.get("properties", {})  # type: ignore[no-any-return]

    @property
    def required(self) -> Sequence[str]:
        """The arguments that a call must have."""
        return self.parameters.get("required", ())  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of a user with an assistant that may call tools."""

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    """The tools that were offered, sorted by name."""

    def tool(self, name: str) -> Tool | None:
        """The offered tool of this name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    @property
    def is_request(self) -> bool:
        """Whether it is what a user asked and nothing else, as traffic is: it has no behavior."""
        return all(turn.role is Role.USER for turn in self.turns)

    def calls(self) -> Iterator[tuple[int, Call]]:
        """Every call with the index of its turn, in order."""
        return ((place, call) for place, turn in enumerate(self.turns) for call in turn.calls)


def messages_json(dialogue: Dialogue) -> str:
    """The turns as canonical JSON: one string, so that no table pads a call with the arguments of another."""
    return write_json([_turn_fields(turn) for turn in dialogue.turns])


def tools_json(dialogue: Dialogue) -> str:
    """The offered tools as canonical JSON, sorted by name.

    Inside a tool, everything keeps the order it was declared in: calls are written in the order of the arguments.
    """
    return _tools_text(dialogue.tools)


@cached_by_identity(CACHED_TOOL_SETS)
def _tools_text(tools: tuple[Tool, ...]) -> str:
    by_name = sorted(tools, key=lambda tool: tool.name)
    return write_json([_tool_fields(tool) for tool in by_name], sort_keys=False)


def from_json(messages: str, tools: str) -> Dialogue:
    """The inverse of `messages_json` and `tools_json`. Raises ValueError or KeyError for text of another form."""
    return Dialogue(turns_from_json(messages), _tools_from_json(tools))


@lru_cache(CACHED_TOOL_SETS)
def _tools_from_json(text: str) -> tuple[Tool, ...]:
    return tuple(Tool(one["name"], one["description"], one["parameters"]) for one in json.loads(text))


def turns_from_json(messages: str) -> tuple[Turn, ...]:
    """The turns of what `messages_json` wrote."""
    return tuple(_turn(one) for one in json.loads(messages))


def _turn_fields(turn: Turn) -> dict[str, Any]:
    fields: dict[str, Any] = {"role": turn.role.value, "content": turn.content}
    if turn.calls:
        fields["calls"] = [_call_fields(call) for call in turn.calls]
    if turn.call_id:
        fields["call_id"] = turn.call_id
    if turn.reasoning:
        fields["reasoning"] = turn.reasoning
    if not turn.train:
        fields["train"] = False
    return fields


def _call_fields(call: Call) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": call.id, "name": call.name, "arguments": call.arguments}
    if call.accepted:
        fields["accepted"] = call.accepted
    if call.accepted_calls:
        fields["accepted_calls"] = [_call_fields(other) for other in call.accepted_calls]
    return fields


def _tool_fields(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}


def _turn(fields: Mapping[str, Any]) -> Turn:
    return Turn(
        role=Role(fields["role"]),
        content=fields.get("content", ""),
        calls=tuple(map(_call, fields.get("calls", ()))),
        call_id=fields.get("call_id", ""),
        reasoning=fields.get("reasoning", ""),
        train=fields.get("train", True),
    )


def _call(fields: Mapping[str, Any]) -> Call:
    return Call(
        id=fields["id"],
        name=fields["name"],
        arguments=fields["arguments"],
        accepted=fields.get("accepted", {}),
        accepted_calls=tuple(map(_call, fields.get("accepted_calls", ()))),
    )
