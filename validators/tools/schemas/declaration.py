"""What every dialect is read into, before its schema is normalized."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Declaration:
    """A tool as a file declares it."""

    name: object
    description: object
    parameters: object
    """The schema of the arguments in the dialect's own words; None where a tool takes none."""


@dataclass(frozen=True)
class ToolDialect:
    """One form in which tools are declared."""

    title: str
    """What it is called in a message."""
    recognizes: Callable[[Mapping[str, Any]], bool]
    """Whether an object has this form."""
    read: Callable[[Mapping[str, Any]], Declaration]
