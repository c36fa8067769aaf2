"""The parts of a dialogue that may hold private data as one JSON value, and what must hold after it was replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from winnow.core.identity_cache import cached_by_identity
from winnow.validators.json_content import BrokenPlace
from winnow.validators.tools.dialogue import CACHED_TOOL_SETS, Call, Dialogue, Tool, Turn
from winnow.validators.tools.grounding.finding import GroundingFinding, GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.schemas.argument_problem import ArgumentProblem
from winnow.validators.tools.schemas.check_arguments import argument_problems
from winnow.validators.tools.strict_json import JsonValue

LISTING = ("enum", "const", "default")
"""Keys of a schema whose values are public: every dialogue that offers the tool shows them."""

ADDRESS_OR_NUMBER = re.compile(r"@|\w\.\w|/|(?:\d\D?){6}")

PUNCTUATION = ".,;:!?()[]{}<>\"'`*"
"""What stands around a word of a sentence."""

LEVELS = [*GroundingLevel]
"""From the best to the worst."""


def private_places(dialogue: Dialogue) -> JsonValue:
    """What each turn says, thinks and calls: no roles, names or ids, which a dialogue must keep."""
    return [_turn_value(turn) for turn in dialogue.turns]


def with_private_places(dialogue: Dialogue, value: Any) -> Dialogue:
    """The dialogue with another such value."""
    pairs = zip(dialogue.turns, value, strict=True)
    return replace(dialogue, turns=tuple(_turn_with(turn, one) for turn, one in pairs))


def _turn_value(turn: Turn) -> dict[str, JsonValue]:
    calls = [_call_value(call) for call in turn.calls]
    return {"reasoning": turn.reasoning, "content": turn.content, "calls": calls}


def _call_value(call: Call) -> dict[str, JsonValue]:
    others = [_call_value(other) for other in call.accepted_calls]
    return {"arguments": call.arguments, "accepted": call.accepted, "accepted_calls": others}


def _turn_with(turn: Turn, value: Mapping[str, Any]) -> Turn:
    calls = tuple(_call_with(call, one) for call, one in zip(turn.calls, value["calls"], strict=True))
    return replace(turn, reasoning=value["reasoning"], content=value["content"], calls=calls)


def _call_with(call: Call, value: Mapping[str, Any]) -> Call:
    others = zip(call.accepted_calls, value["accepted_calls"], strict=True)
    accepted_calls = tuple(_call_with(other, one) for other, one in others)
    return replace(call, arguments=value["arguments"], accepted=value["accepted"], accepted_calls=accepted_calls)


@cached_by_identity(CACHED_TOOL_SETS)  # dialogues mostly share their tools
def listed_values(tools: tuple[Tool, ...]) -> frozenset[str]:
    """The texts and numbers that the schemas of some tools list as allowed values and defaults."""
    return frozenset(text for tool in tools for text in _listed(tool.parameters))


@lru_cache(maxsize=16)
def addresses_and_numbers(text: str) -> frozenset[str]:
    """The words of a text that look like an address or a long number, such as those of a system prompt."""
    return frozenset(word.strip(PUNCTUATION) for word in text.split() if ADDRESS_OR_NUMBER.search(word))


def _listed(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, inner in schema.items():
            yield from _leaves(inner) if key in LISTING else _listed(inner)
    elif isinstance(schema, Sequence) and not isinstance(schema, str):
        for inner in schema:
            yield from _listed(inner)


def texts_besides_calls(source_form: str) -> list[str]:
    """The texts of a source form that are not the text of its calls: its system prompt and replaced turns."""
    return [text for key, inner in json.loads(source_form).items() if key != "calls" for text in _leaves(inner)]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


def broken_by_replacing(before: Dialogue, after: Dialogue) -> list[BrokenPlace]:
    """Arguments that no longer fit their schema, results that are no JSON anymore, and values without ground.

    The two dialogues differ only in texts and numbers.
    """
    schema = [BrokenPlace(_path(one, after), str(one)) for one in argument_problems(after)]
    return [*schema, *_broken_results(before, after)] or list(_without_ground(before, after))


def _path(problem: ArgumentProblem, dialogue: Dialogue) -> tuple[str | int, ...]:
    """Where the argument is in the value of the dialogue; the whole call where it is in what is accepted."""
    path = _argument_path(problem.turn, problem.call_id, problem.argument, dialogue)
    return path[: path.index("arguments")] if problem.among else path


def _argument_path(turn: int, call_id: str, argument: str, dialogue: Dialogue) -> tuple[str | int, ...]:
    """Where an argument of a call is in the value of the dialogue."""
    calls = dialogue.turns[turn].calls
    index = next(i for i, call in enumerate(calls) if call.id == call_id)
    return (turn, "calls", index, "arguments", *_argument(argument, calls[index]))


def _argument(path: str, call: Call) -> tuple[str, ...]:
    """The argument that a path leads into."""
    names = (name for name in call.arguments if path == name or path.startswith((f"{name}.", f"{name}[")))
    return tuple(sorted(names, key=len)[-1:])


def _broken_results(before: Dialogue, after: Dialogue) -> Iterator[BrokenPlace]:
    for place, (old, new) in enumerate(zip(before.turns, after.turns, strict=True)):
        if old.content != new.content and _is_json(old.content) and not _is_json(new.content):
            yield BrokenPlace((place, "content"), f"turn {place + 1}: the text is no JSON anymore; expected: JSON")


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _without_ground(before: Dialogue, after: Dialogue) -> Iterator[BrokenPlace]:
    old = {(one.turn, one.call_id, one.argument): one for one in ground(before)}
    for new in ground(after):
        was = old.get((new.turn, new.call_id, new.argument))
        if was is not None and LEVELS.index(new.level) > LEVELS.index(was.level):
            yield BrokenPlace(_argument_path(new.turn, new.call_id, new.argument, after), _worse(was, new))


def _worse(was: GroundingFinding, new: GroundingFinding) -> str:
    where = f"turn {new.turn + 1}, {new.call_id}: argument {new.argument!r}"
    return f"{where}: grounding {new.level}; expected: {was.level}, as before"
