"""Content that is a text or a list of typed blocks, as the APIs of Anthropic and OpenAI's Responses have it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]


class BlocksError(ValueError):
    """Why a content cannot be read, in words for a message."""


def blocks_of(content: object, *, text_type: str = "text") -> list[Block]:
    """The blocks of a content; a text is one block, and nothing is none. Raises BlocksError for anything else."""
    if content is None:
        return []
    if isinstance(content, str):
        return [{"type": text_type, "text": content}]
    if not isinstance(content, list) or not all(isinstance(one, Mapping) for one in content):
        raise BlocksError("the content is neither a text nor a list of blocks")
    return content


def joined_text(content: object, *, types: Collection[str] = ("text",), separator: str) -> str:
    """The texts of a content of text blocks. Raises BlocksError if it holds something else."""
    return separator.join(_texts(blocks_of(content, text_type=next(iter(types))), types))


def _texts(blocks: list[Block], types: Collection[str]) -> Iterator[str]:
    for block in blocks:
        if block.get("type") not in types:
            raise BlocksError(f"a block of type {block.get('type')!r}, expected {' or '.join(map(repr, types))}")
        yield text_of(block, "text")


def text_of(block: Block, key: str) -> str:
    """A text in a block. Raises BlocksError if there is none."""
    text = block.get(key)
    if not isinstance(text, str):
        raise BlocksError(f"a block of type {block.get('type')!r} without the text {key!r}")
    return text


def refuse_unknown_keys(holder: Mapping[str, Any], known: Collection[str], *, of: str) -> None:
    """Raise BlocksError for a key with a value that would be lost; `of` says what has it, as in "a message"."""
    unknown = sorted(str(key) for key, value in holder.items() if value is not None and key not in known)
    if unknown:
        raise BlocksError(f"unknown key {unknown[0]!r} of {of}")
