"""Values of an app as JSON, exactly or marked as having no such form."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from pydantic import JsonValue

NOT_JSON = "not_json"
"""The key that marks a value without JSON form; its value is the class."""

MAX_DEPTH = 100
"""Values nested deeper are marked: parsers of JSON stop at a few hundred."""

PLAIN_FORMS = ("model_dump", "tolist")
"""Methods with which pydantic's models, and numbers and arrays of numpy, offer a plain form themselves."""

MAX_ARRAY_BYTES = 1_000_000
"""A larger array is marked: it is no text of an app, and takes long to write."""

MAX_INTEGER_BITS = 14_000
"""Python writes integers of at most 4,300 digits as text."""


def json_form(value: object) -> JsonValue:
    """The value as JSON. What has no JSON form becomes `{"not_json": "package.Class"}`."""
    return _form(value, ())


def qualified_name(cls: type) -> str:
    """The name of a class with its module."""
    return f"{cls.__module__}.{cls.__qualname__}"


def _form(value: object, around: tuple[int, ...]) -> JsonValue:
    """`around` are the identities of the values that contain this one."""
    if value is None or value is True or value is False:
        return value
    if id(value) in around or len(around) > MAX_DEPTH:
        return _marked(value)
    try:
        return _converted(value, (*around, id(value)))
    except Exception:  # noqa: BLE001  (a class of the app that fails to show its content has no JSON form)
        return _marked(value)


def _converted(value: object, inside: tuple[int, ...]) -> JsonValue:
    convert = next((convert for cls, convert in CONVERSIONS if isinstance(value, cls)), None)
    if convert is not None:
        return convert(value, inside)
    if isinstance(value, type):
        return _marked(value)
    if dataclasses.is_dataclass(value):
        return {one.name: _form(getattr(value, one.name), inside) for one in dataclasses.fields(value)}
    if getattr(value, "nbytes", 0) > MAX_ARRAY_BYTES:
        return _marked(value)
    plain = next((method for name in PLAIN_FORMS if callable(method := getattr(value, name, None))), None)
    return _form(plain(), inside) if plain else _marked(value)


def _marked(value: object) -> JsonValue:
    return {NOT_JSON: qualified_name(type(value))}


def _text(value: str) -> str:
    """The text; halves of characters, which UTF-8 cannot hold, are replaced."""
    return str.__str__(value).encode("utf-8", "replace").decode()


def _mapping(value: Mapping[Any, object], inside: tuple[int, ...]) -> JsonValue:
    names = [_text(key) if isinstance(key, str) else str(key) for key in value if isinstance(key, str | int | float)]
    if len(set(names)) < len(value):  # other keys, or keys that are told apart by their type only
        return _marked(value)
    return {name: _form(one, inside) for name, one in zip(names, value.values(), strict=True)}


def _items(value: Iterable[object], inside: tuple[int, ...]) -> JsonValue:
    return [_form(one, inside) for one in value]


def _named_or_items(value: tuple[object, ...], inside: tuple[int, ...]) -> JsonValue:
    fields = getattr(type(value), "_fields", None)
    return _mapping(dict(zip(fields, value, strict=True)), inside) if fields else _items(value, inside)


def _set(value: Iterable[object], inside: tuple[int, ...]) -> JsonValue:
    """The members in an order that does not depend on the process."""
    return sorted([_form(one, inside) for one in value], key=repr)


def _whole(value: int) -> JsonValue:
    return int(value) if value.bit_length() <= MAX_INTEGER_BITS else _marked(value)


Conversion = Callable[[Any, tuple[int, ...]], "JsonValue"]

CONVERSIONS: tuple[tuple[type | tuple[type, ...], Conversion], ...] = (
    (Enum, lambda value, inside: _form(value.value, inside)),
    (str, lambda value, inside: _text(value)),
    (int, lambda value, inside: _whole(value)),
    (float, lambda value, inside: float(value) if math.isfinite(value) else _marked(value)),
    (Mapping, _mapping),
    (tuple, _named_or_items),
    (list, _items),
    ((set, frozenset), _set),
    ((datetime, date, time), lambda value, inside: value.isoformat()),
    ((UUID, Decimal, PurePath), lambda value, inside: _text(str(value))),
)
"""How values of each class are written; the first that fits."""
