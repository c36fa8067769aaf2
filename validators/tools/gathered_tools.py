"""The tools of a file of dialogues: those that its rows declare, else a draft from their calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from winnow.core.counted import counted
from winnow.validators.tools.dialogue import Call, Dialogue, Tool
from winnow.validators.tools.strict_json import JsonValue, write_json

DRAFT = "Draft from {calls} of the file: describe what the tool does, and correct its arguments."
"""The description of a tool that no row declares."""


class GatheredTools(NamedTuple):
    """The tools of a file, each once."""

    tools: tuple[Tool, ...]
    """Sorted by name."""
    differing: tuple[str, ...] = ()
    """Names that rows declare in several ways; the most frequent declaration is among the tools."""


def declared_tools(dialogues: Iterable[Dialogue]) -> GatheredTools:
    """The tools that dialogues offer; of several declarations of one name the most frequent, else the first."""
    forms: dict[str, Counter[str]] = {}
    first: dict[str, Tool] = {}
    for dialogue in dialogues:
        for tool in dialogue.tools:
            form = write_json([tool.description, tool.parameters], sort_keys=False)
            forms.setdefault(tool.name, Counter())[form] += 1
            first.setdefault(form + tool.name, tool)
    chosen = (first[counts.most_common(1)[0][0] + name] for name, counts in sorted(forms.items()))
    return GatheredTools(tuple(chosen), tuple(name for name, counts in sorted(forms.items()) if len(counts) > 1))


def draft_tools(dialogues: Iterable[Dialogue]) -> GatheredTools:
    """Tools as the calls use them: an argument has the types of its values, and is required if all calls have it."""
    calls: dict[str, list[Call]] = {}
    for dialogue in dialogues:
        for _, call in dialogue.calls():
            calls.setdefault(call.name, []).append(call)
    return GatheredTools(tuple(_draft(name, found) for name, found in sorted(calls.items())))


def _draft(name: str, calls: Sequence[Call]) -> Tool:
    values: dict[str, list[JsonValue]] = {}
    for call in calls:
        for argument, value in call.arguments.items():
            values.setdefault(argument, []).append(value)
    parameters = {
        "type": "object",
        "properties": {argument: _schema(given) for argument, given in values.items()},
        "required": [argument for argument, given in values.items() if len(given) == len(calls)],
    }
    count = counted(len(calls), "call")
    return Tool(name, DRAFT.format(calls=count), parameters)


def _schema(values: Iterable[JsonValue]) -> Mapping[str, Any]:
    """The schema of values: their types, a whole number being one that may have decimals where others have."""
    types = {_type_of(value) for value in values}
    types -= {"integer"} if "number" in types else set()
    return {"type": sorted(types) if len(types) > 1 else next(iter(types))}


TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (Mapping, "object"),
    (Sequence, "array"),
)
"""JSON Schema's names of types; a truth value is also an int, and a text a sequence, so that the order counts."""


def _type_of(value: JsonValue) -> str:
    return next((name for kind, name in TYPES if isinstance(value, kind)), "null")
