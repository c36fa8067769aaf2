"""Examples of Rasa: lines that begin with `-`, their entity markup, and lines that go on without one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop

ENTITY_MARKUP = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\{[^}\n]*\})")
"""Rasa's entity markup: [text](entity) or [text]{"entity": "name"}."""

YAML_BULLET = re.compile(r"\s*-(?:\s+|$)")
"""How the line of an example begins in YAML."""

MARKDOWN_BULLET = re.compile(r"\s*[-*+](?:\s+|$)")
"""The same in Markdown."""


def plain_text(example: str) -> str:
    """An example without its entity markup."""
    return ENTITY_MARKUP.sub(r"\1", example)


def listed_examples(lines: list[str], bullet: re.Pattern[str]) -> Iterator[str | Drop]:
    """The examples of a list. A line that is indented below one goes on with it.

    A line without `-` that is not indented may be an example of its own or the rest of the one above: both are dropped.
    """
    for item in _items(lines, bullet):
        first, *others = item
        if others and any(not line[:1].isspace() for line in others):
            detail = "a line without `-` follows; begin it with `- `, or indent it if it belongs to the line above"
            yield Drop(DropReason.MALFORMED_ROW, detail, "\n".join(item))
        else:
            yield " ".join([bullet.sub("", first, count=1).strip(), *(line.strip() for line in others)]).strip()


def _items(lines: list[str], bullet: re.Pattern[str]) -> Iterator[list[str]]:
    """The lines of each example."""
    item: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        if bullet.match(line) and item:
            yield item
            item = []
        item.append(line)
    if item:
        yield item
