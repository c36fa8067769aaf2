"""The arguments of a call in formats that hold them as an object, as JSON text, or as either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from winnow.validators.tools.strict_json import JsonError, JsonValue, read_json, write_json


class ReadArguments(NamedTuple):
    """Arguments that could be read."""

    value: Mapping[str, JsonValue]
    raw: str
    """Their text in the source; of an object, its JSON with the keys in their order."""


class ArgumentsError(ValueError):
    """Why something is no arguments, in words that follow the name of the call."""


def read_arguments(arguments: object) -> ReadArguments:
    """The arguments of an object or of JSON text. Raises ArgumentsError for anything that strict JSON cannot hold."""
    raw = arguments if isinstance(arguments, str) else _text_of(arguments)
    try:
        value = read_json(raw)
    except JsonError as error:
        raise ArgumentsError(f"the arguments are {error}") from None
    if not isinstance(value, Mapping):
        raise ArgumentsError(f"the arguments are {raw[:40]!r}, expected an object")
    return ReadArguments(value, raw)


def _text_of(arguments: object) -> str:
    if not isinstance(arguments, Mapping):
        raise ArgumentsError(f"the arguments are {str(arguments)[:40]!r}, expected an object")
    try:
        return write_json(arguments, sort_keys=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise ArgumentsError(f"the arguments hold a value that JSON cannot: {str(error)[:80]}") from None
