"""JSON in which a key occurs twice in one object: other parsers keep the last value in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_WHITE_SPACE = re.compile(r"\s*")


class RepeatedKeys(dict[str, Any]):
    """An object in which a key occurs twice, with the last value of each."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs
        """Every key with its value, as they were written."""

    @property
    def key(self) -> str:
        """The first key that occurs twice."""
        keys = [key for key, _ in self.pairs]
        return next(key for place, key in enumerate(keys) if key in keys[:place])


class DecodedJson(NamedTuple):
    """The value of a JSON text."""

    value: Any
    repeated: str
    """A key that occurs twice in one of its objects; empty if none does."""


def decode_json(text: str) -> DecodedJson:
    """The value of a JSON text. Raises ValueError or RecursionError for other text."""
    return _decode(lambda hook: json.loads(text, object_pairs_hook=hook))


def decode_json_text(text: str) -> DecodedJson:
    """The same; several objects one after the other, as `jq` writes them, are a list."""
    try:
        return decode_json(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" or not text.lstrip().startswith("{"):
            raise
    return _decode(lambda hook: _values_in_order(text, json.JSONDecoder(object_pairs_hook=hook)))


def _values_in_order(text: str, decoder: json.JSONDecoder) -> list[Any]:
    values, place = [], 0
    while place < len(text):
        blank = _WHITE_SPACE.match(text, place)
        place = blank.end() if blank else place
        if place < len(text):
            value, place = decoder.raw_decode(text, place)
            values.append(value)
    return values


def _decode(decode: Callable[[Callable[[list[tuple[str, Any]]], Any]], Any]) -> DecodedJson:
    """What `decode` returns for the given hook for objects, and a key that is repeated in one of them."""
    repeated: list[str] = []

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        kept = RepeatedKeys(pairs)
        repeated.append(kept.key)
        return kept

    value = decode(read_object)
    return DecodedJson(value, repeated[0] if repeated else "")


def repeated_key(value: Any) -> str:
    """A key that occurs twice in one of the objects of a decoded value; empty if none does."""
    remaining = [value]
    while remaining:
        one = remaining.pop()
        if isinstance(one, RepeatedKeys):
            return one.key
        remaining += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return ""


def json_text(value: Any) -> str:
    """The value as JSON again, with every key as often as it occurred; empty if it is nested too deeply to write."""
    try:
        return _written(value)
    except RecursionError:
        return ""


def _written(value: Any) -> str:
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, RepeatedKeys) else value.items()
        return "{" + ", ".join(f"{json.dumps(key)}: {_written(inner)}" for key, inner in pairs) + "}"
    return "[" + ", ".join(map(_written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def repeated_detail(key: str) -> str:
    """Why a row with such an object is dropped."""
    return f"the key {key!r} occurs twice in one object, so that a value would be lost; expected: each key once"
