"""Values of a row as JSON and back: a value that JSON lacks keeps its type and its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TYPE_KEY = "winnow_type"
"""Key of the object that stands for a value that JSON lacks."""


@dataclass(frozen=True)
class ForeignValue:
    """A value that JSON lacks, such as a date or bytes, as it comes back from a file of dropped rows."""

    type: str
    """Name of the type that it had."""
    text: str
    """The value as text."""

    def __str__(self) -> str:
        return self.text


def to_json(value: object, text_of: Callable[[str], str] = str) -> Any:
    """The value as JSON can hold it, with `text_of` applied to every text in it."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, Mapping):
        return {text_of(str(key)): to_json(inner, text_of) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(inner, text_of) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    item = value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
    name = value.type if isinstance(value, ForeignValue) else type(value).__name__
    text = text_of(str(item))
    if isinstance(item, int | float):
        return item if text == str(item) else text
    return {TYPE_KEY: name, "text": text}


def from_json(value: Any) -> Any:
    """The value that `to_json` was given; a value that JSON lacks comes back as a `ForeignValue`."""
    if isinstance(value, list):
        return [from_json(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {TYPE_KEY, "text"}:
        return ForeignValue(str(value[TYPE_KEY]), str(value["text"]))
    return {key: from_json(inner) for key, inner in value.items()}
