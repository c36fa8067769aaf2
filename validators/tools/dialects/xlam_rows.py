"""xLAM: one row with a `query`, the calls that answer it as JSON in `answers`, and the offered `tools`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats.openai_tool_calls import call_object
from winnow.validators.tools.strict_json import JsonError, read_cell, write_json

COLUMNS = frozenset({"query", "answers", "tools"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The query as a turn of the user, and the answers as calls of OpenAI's chat."""
    answers = fields["answers"]
    try:
        calls = read_cell(answers)
    except JsonError as error:
        return malformed_dialogue(f"the answers are {error}")
    if not isinstance(calls, list):
        return malformed_dialogue("the answers are not a list of calls")
    if problems := [*_problems(calls)]:
        return malformed_dialogue("; ".join(problems))
    messages: list[dict[str, Any]] = [{"role": "user", "content": fields["query"]}]
    messages += [{"role": "assistant", "content": "", "tool_calls": [*map(_call, range(1, len(calls) + 1), calls)]}]
    return ArrangedRow({"messages": messages, "tools": fields["tools"]})


def _problems(calls: list[Any]) -> Iterator[str]:
    """What keeps the answers from being calls."""
    if not calls:
        yield "the answers hold no call, and no text either"
    for number, one in enumerate(calls, 1):
        if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
            yield f"answer {number} names no tool"
        elif not isinstance(one.get("arguments"), Mapping):
            yield f"answer {number}: the arguments of {one['name']!r} are not an object"
        elif unknown := sorted(set(one) - {"name", "arguments", "id"}):
            yield f"answer {number}: unknown key {unknown[0]!r}"


def _call(number: int, call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = write_json(call["arguments"], sort_keys=False)
    return {"id": f"a{number}", **call_object(call["name"], arguments)}


XLAM = RowLayout("xlam", "xLAM", lambda fields: fields.keys() >= COLUMNS, arrange, COLUMNS)
