"""What an export of an annotation tool declares: how its rows are recognized, and what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winnow.validators.annotator_answers import AnnotatedRow
from winnow.validators.row_layout import Fields


@dataclass(frozen=True)
class AnnotationExport:
    """The rows that one tool writes, in whatever kind of file they are stored."""

    name: str
    title: str
    """What it is called in a message."""
    recognizes: Callable[[Fields], bool]
    """Whether a row is one of this tool; it must be fast."""
    read: Callable[[Fields], AnnotatedRow]
    """The data and the answers of a row."""
