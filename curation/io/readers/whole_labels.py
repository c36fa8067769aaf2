"""Labels that are whole numbers: a column with a missing value makes `1.0` of `1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.curation.io.readers.numbered_rows import value_text

if TYPE_CHECKING:
    from winnow.curation.io.readers.source_rows import SourceRow

_WHOLE = re.compile(r"-?\d+\.0")
"""A whole number as a column of numbers with fractions shows it."""


def label_reader(labels: Iterable[object]) -> Callable[[object], object]:
    """How a label of these is read: where all of them are whole numbers, as one, or missing."""
    texts = {text for label in labels if not isinstance(label, list | dict) and (text := value_text(label).strip())}
    return _whole if texts and all(map(_WHOLE.fullmatch, texts)) else _unchanged


def _whole(label: object) -> object:
    return value_text(label).strip().removesuffix(".0") or None


def _unchanged(label: object) -> object:
    return label


def with_whole_labels(rows: Sequence[SourceRow]) -> list[SourceRow]:
    """The rows, whose labels are whole numbers if all of them are, also those of people."""
    read = label_reader(label for row in rows for label in (row.label, *(one.label for one in row.answers)))
    return [
        replace(row, label=read(row.label), answers=tuple(replace(one, label=read(one.label)) for one in row.answers))
        for row in rows
    ]
