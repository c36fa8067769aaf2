"""Read the cell of a label: a list of one is that label, an empty one is none, and several are refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
"""One text of a list that was written into a cell, as JSON, Python, R or numpy write it."""

SEPARATORS = re.compile(r"[|;,#\n]|__label__")
"""Between the labels of one cell: in tables of survey tools, in CSV of doccano (`#`), in files of fastText."""


def listed(value: object) -> list[object] | None:
    """The items of a list, also of one that was written as text into a cell; None for any other value."""
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if not isinstance(value, str):
        return listed(value.tolist()) if hasattr(value, "tolist") and getattr(value, "ndim", False) else None
    text = value.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    inner = text[1:-1]
    if re.sub(r"[\s,]", "", QUOTED.sub("", inner)) == "":
        return [one or other for one, other in QUOTED.findall(inner)]
    return [part.strip() for part in inner.split(",") if part.strip()]


def read_label(value: object, labels: Collection[str] = ()) -> object | Drop:
    """The one label of a cell, None where it names none, or why it is not one.

    `labels` are those of the task: a cell that is one of them stands for itself, whatever characters it has, and a text
    with separators between several of them names several.
    """
    if isinstance(value, str) and value.strip() in labels:
        return value
    items = listed(value)
    if items is None:
        parts = separated(value) if isinstance(value, str) else ()
        return _several(parts) if len(parts) > 1 and all(part in labels for part in parts) else value
    if any(isinstance(one, list | tuple | dict | set) for one in items):
        return Drop(DropReason.MALFORMED_ROW, "the label is a list of spans or objects; expected: one label")
    named = list(dict.fromkeys(one.strip() if isinstance(one, str) else one for one in items if _is_given(one)))
    return _several(named) if len(named) > 1 else next(iter(named), None)


def separated(value: str) -> Sequence[str]:
    """The parts of a text between separators of labels; one part where there are none."""
    return [part.strip() for part in SEPARATORS.split(value) if part.strip()]


def combined_labels(values: Iterable[str]) -> set[str]:
    """The values that are several labels with a separator: each part is a value of its own elsewhere in the column."""
    known = set(values)
    parts = {value: separated(value) for value in known}
    return {value for value, found in parts.items() if len(found) > 1 and known.issuperset(found)}


def _is_given(item: object) -> bool:
    return item is not None and item == item and (not isinstance(item, str) or bool(item.strip()))


def _several(labels: Sequence[object]) -> Drop:
    named = ", ".join(repr(str(one)) for one in labels[:5]) + (" and others" if len(labels) > 5 else "")
    return Drop(DropReason.SEVERAL_LABELS, f"several labels: {named}; a row has one")
