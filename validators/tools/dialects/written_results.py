"""Results as files write them in a text: alone, or with the name of the tool around them, one or several."""

from __future__ import annotations

from typing import Any, NamedTuple

from winnow.validators.tools.literals import FoundValue, entry_texts, list_elements, read_literals
from winnow.validators.tools.strict_json import JsonError

NAMED_KEYS = frozenset({"name", "content", "tool_call_id"})
"""The keys of a result with the name of its tool."""


class WrittenResult(NamedTuple):
    """One result."""

    text: str
    """What the tool returned, as the source has it."""
    name: str = ""
    """The tool, if the source names it."""


def named_result(text: str) -> WrittenResult:
    """The result of a text: without the object around it that names the tool, if it is one."""
    found = _values(text)
    if len(found) == 1 and _is_named(found[0].value):
        return _without_name(text, found[0])
    return WrittenResult(text)


def result_list(text: str) -> list[WrittenResult]:
    """The results of a text: several if it is a list of results that each name their tool, else the text itself."""
    if not text.lstrip().startswith("["):
        return [WrittenResult(text)]
    found = _values(text)
    if len(found) == 1 and found[0].value and all(map(_is_named, found[0].value)):
        return [_without_name(text, one) for one in list_elements(text, found[0])]
    return [WrittenResult(text)]


def _values(text: str) -> list[FoundValue]:
    """The values of a text; none where it holds anything else."""
    try:
        return read_literals(text)
    except JsonError:
        return []


def _is_named(value: Any) -> bool:
    if not isinstance(value, dict) or not value.keys() <= NAMED_KEYS:
        return False
    return isinstance(value.get("name"), str) and "content" in value


def _without_name(text: str, found: FoundValue) -> WrittenResult:
    content = found.value["content"]
    written = content if isinstance(content, str) else entry_texts(text, found)["content"]
    return WrittenResult(written, found.value["name"])
