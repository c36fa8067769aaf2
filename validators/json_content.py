"""What a kind declares whose content is one JSON value: a private value may stand in several of its texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from winnow.config.task import Task
from winnow.validators.tools.strict_json import JsonValue


class BrokenPlace(NamedTuple):
    """What is wrong with a content after values in it were replaced."""

    path: tuple[str | int, ...]
    """The keys and indexes that lead to it in the JSON value."""
    detail: str
    """What was found and what was expected, in words."""


@dataclass(frozen=True)
class JsonContent:
    """How private data is replaced in a content as a whole."""

    value: Callable[[str], JsonValue]
    """Everything in a content that people, models and tools wrote."""
    with_value: Callable[[str, JsonValue], str]
    """The content with another such value."""
    listed: Callable[[str, Task], Set[str]]
    """Texts and numbers that the schemas of a content or the task itself name: they are not private."""
    source_texts: Callable[[str], Sequence[str]]
    """The texts of a source form that the content does not have; those of its calls it has."""
    broken_by: Callable[[str, str], Sequence[BrokenPlace]]
    """What no longer holds in a content, the second, that held before values in it were replaced."""
