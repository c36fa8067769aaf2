"""The places of a JSON value that may hold private data: its texts, its whole numbers and the keys of its objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from winnow.validators.tools.strict_json import JsonValue


class Place(NamedTuple):
    """One text, whole number or key inside a JSON value."""

    path: tuple[str | int, ...]
    """The keys and indexes that lead to it; those of a key lead to its object."""
    text: str
    """The text, the key, or the digits of the number."""
    is_number: bool = False
    is_key: bool = False

    @property
    def name(self) -> str:
        """The nearest key above a value; empty for a key and for what no object holds."""
        return "" if self.is_key else next((step for step in reversed(self.path) if isinstance(step, str)), "")


def places(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Every place of a value, in order. Numbers that are negative or not whole have none."""
    if isinstance(value, str):
        yield Place(path, value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield Place(path, key, is_key=True)
            yield from places(inner, (*path, key))
    elif isinstance(value, Sequence):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    elif _is_whole(value):
        yield Place(path, str(value), is_number=True)


def with_texts_at_places(value: JsonValue, texts: Iterator[str]) -> JsonValue:
    """The value with other texts in the order of `places`; a number is read from its digits."""
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, Mapping):
        return {next(texts): with_texts_at_places(inner, texts) for inner in value.values()}
    if isinstance(value, Sequence):
        return [with_texts_at_places(inner, texts) for inner in value]
    return int(next(texts)) if _is_whole(value) else value


def _is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**40
