"""Labels that are whole numbers: a column with a missing value makes `1.0` of `1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from winnow.curation.io.readers.numbered_rows import value_text

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
