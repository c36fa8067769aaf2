"""Results as files write them in a text: alone, or with the name of the tool around them, one or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from winnow.validators.tools.literals import FoundValue, entry_texts, list_elements, read_literals
from winnow.validators.tools.strict_json import JsonError

RESULT_GAP = "\n</tool_response>\n<tool_response>\n"
"""Between several results in one message: LLaMA-Factory joins them in this way where it reads OpenAI's messages."""

NAMED_KEYS = frozenset({"name", "content", "tool_call_id"})
"""The keys of a result with the name of its tool."""


class WrittenResult(NamedTuple):
    """One result."""

    text: str
    """What the tool returned, as the source has it."""
    name: str = ""
    """The tool, if the source names it."""


def named_result(text: str, tools: Sequence[str]) -> WrittenResult:
    """The result of a text: without the object around it, if that names one of the tools whose results are awaited.

    Another object with a name and a content, such as that of a file, is what the tool returned.
    """
    found = _values(text)
    if len(found) == 1 and _names_one_of(tools, found[0].value):
        return _without_name(text, found[0])
    return WrittenResult(text)


def is_one_result(text: str, tools: Sequence[str]) -> bool:
    """Whether a text is read as one result, and as it is."""
    if RESULT_GAP.strip() in text:
        return False
    could_be_named = '"name"' in text and '"content"' in text
    whole = WrittenResult(text)
    return not could_be_named or (named_result(text, tools) == whole and result_list(text, tools) == [whole])


def result_list(text: str, tools: Sequence[str]) -> list[WrittenResult]:
    """The results of a text: several if LLaMA-Factory joined them, or for a list that names the tools."""
    if RESULT_GAP in text:
        return [WrittenResult(one) for one in text.split(RESULT_GAP)]
    found = _values(text) if text.lstrip().startswith("[") else []
    if len(found) == 1 and found[0].value and all(_names_one_of(tools, one) for one in found[0].value):
        return [_without_name(text, one) for one in list_elements(text, found[0])]
    return [WrittenResult(text)]


def _values(text: str) -> list[FoundValue]:
    """The values of a text; none where it holds anything else."""
    try:
        return read_literals(text)
    except JsonError:
        return []


def _names_one_of(tools: Sequence[str], value: Any) -> bool:
    if not isinstance(value, dict) or not value.keys() <= NAMED_KEYS:
        return False
    return value.get("name") in tools and "content" in value


def _without_name(text: str, found: FoundValue) -> WrittenResult:
    content = found.value["content"]
    written = content if isinstance(content, str) else entry_texts(text, found)["content"]
    return WrittenResult(written, found.value["name"])
