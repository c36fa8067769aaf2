"""JSON that is read without tolerance: what a lenient parser repairs or loses in silence is an error here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""A value that JSON can hold. NaN and the infinities are none."""


class JsonError(ValueError):
    """Why a text is not strict JSON, in words for a message."""

    def __init__(self, reason: str, *, place: str = "", offset: int = 0) -> None:
        super().__init__(reason + place)
        self.reason = reason
        """The same without the place, for a message that names the place in a longer text."""
        self.offset = offset
        """Number of characters before the error; 0 where only the value as a whole is known."""


def read_json(text: str) -> Any:
    """The value of a JSON text.

    Raises JsonError for text that is not JSON, a key that occurs twice in one object, NaN or an infinity, a number
    too large for a float, half of a surrogate pair, and text after the value.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_integer
        )
        _refuse_surrogates(text if "\\u" not in text else write_json(value))
    except json.JSONDecodeError as error:
        place = f" at line {error.lineno}, column {error.colno}"
        raise JsonError(f"not JSON: {error.msg}", place=place, offset=error.pos) from None
    except RecursionError:
        raise JsonError("nested too deeply") from None
    return value


def read_cell(cell: object) -> Any:
    """The value of a cell that holds it as it is or as JSON text. Raises JsonError as `read_json`."""
    return read_json(cell) if isinstance(cell, str) else cell


def write_json(value: object, *, sort_keys: bool = True) -> str:
    """The canonical JSON of a value: keys sorted or in their order, Unicode as it is, `, ` and `: ` as separators."""
    return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, allow_nan=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonError(f"not strict JSON: key {twice!r} occurs twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"not strict JSON: {name} is not a number")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise JsonError(f"not strict JSON: number {digits[:40]} is too large")
    return value


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        raise JsonError(f"not strict JSON: number {digits[:40]}… is too large") from None


def _refuse_surrogates(text: str) -> None:
    half = next((c for c in text if "\ud800" <= c <= "\udfff"), None)
    if half:
        raise JsonError(f"not strict JSON: code unit {ord(half):#06x} is half of a character")
