"""Reasoning that stands in tags at the beginning of an answer."""

from __future__ import annotations

import re
from typing import NamedTuple

from winnow.validators.tools.dialects.dialect import DialogueError

_BLOCK = re.compile(r"\s*<(think|scratch_pad)>(.*?)</\1>\s*", re.DOTALL)

_TAG = re.compile(r"</?(?:think|scratch_pad)>")


class ReasonedText(NamedTuple):
    """What an answer says, and what was thought before."""

    reasoning: str
    text: str


def split_reasoning(text: str) -> ReasonedText:
    """The reasoning of an answer and the rest of its text.

    Raises DialogueError where tags stand in another place, so that it is open what is thought and what is said.
    """
    found = _BLOCK.match(text)
    reasoning, rest = (found[2].strip(), text[found.end() :]) if found else ("", text)
    wrong = _TAG.search(reasoning) or _TAG.search(rest)
    if wrong:
        raise DialogueError([f"the tag {wrong[0]} is not part of one whole block at the beginning of the answer"])
    return ReasonedText(reasoning, rest)


def leading_reasoning(text: str) -> ReasonedText:
    """The same for formats with a place of their own for reasoning: other tags are text of the answer."""
    try:
        return split_reasoning(text)
    except DialogueError:
        return ReasonedText("", text)
