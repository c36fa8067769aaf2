"""Files with a column of labels for each annotator, such as `label` and `label.2`, or `Label Anna` and `Label Ben`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.io.readers.columns import KNOWN_NAMES, NO_COLUMN, Columns
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.validators.annotator_answers import AnnotatorAnswer, AnnotatorAnswers
from winnow.validators.kinds.kind import LABEL_COLUMNS

SEPARATOR = ";"
"""Between the columns of several annotators, where one is expected: `annotator_1;annotator_2`."""

NUMBERED = re.compile(r"(?P<stem>.*?[^\W\d_])[\s._-]*\d+")
"""The name of a column with a number at its end."""

WITH_NAME = re.compile(
    rf"(?:{'|'.join(LABEL_COLUMNS)})[\s._:-]+(?P<after>[^\W\d_]+)|(?P<before>[^\W\d_]+)[\s._:-]+(?:{'|'.join(LABEL_COLUMNS)})",
    re.I,
)
"""The name of a column with a word for labels and one other word."""


class WideLabels(NamedTuple):
    """The columns that hold one label of each annotator."""

    columns: tuple[str, ...] = ()
    is_open: bool = False
    """They could be several labels of a row as well, or stand next to a label that was decided."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The columns that somebody has to decide about."""
        return self.columns if self.is_open else ()

    def applied_to(self, found: Columns) -> Columns:
        """The roles of the columns: those of annotators are no column of labels."""
        if not self.columns or self.is_open:
            return found
        label = None if found.label in self.columns else found.label
        return replace(found, annotator=SEPARATOR.join(self.columns), label=label)


class NamedColumns(NamedTuple):
    """The columns of annotators that the user named, and the chosen columns without them."""

    columns: tuple[str, ...]
    others: Columns


def named_columns(chosen: Columns, present: Sequence[str]) -> NamedColumns:
    """The columns that the name of the annotators stands for, with `;` or `*`; none where it is that of one column.

    Raises WinnowError for a part that stands for no column.
    """
    named = chosen.annotator or ""
    if named in present or not (SEPARATOR in named or "*" in named):
        return NamedColumns((), chosen)
    parts = [part.strip() for part in named.split(SEPARATOR) if part.strip()]
    found = {part: [column for column in present if fnmatchcase(column, part)] for part in parts}
    for part, columns in found.items():
        if not columns:
            expected = f"columns among {', '.join(present[:20])}"
            raise WinnowError(Problem(Parameter("annotator_column"), f"no column {part!r}", expected, "correct it"))
    columns_of_people = dict.fromkeys(column for columns in found.values() for column in columns)
    return NamedColumns(tuple(columns_of_people), replace(chosen, annotator=NO_COLUMN))


def wide_labels(
    rows: Sequence[Fields], found: Columns, labels: Collection[str] | None, *, named: tuple[str, ...] = ()
) -> WideLabels:
    """The columns of annotators: those that were named, else by their names and values.

    `found` has the roles of the columns, `labels` are those of the task; None where there is no task yet. Without any
    label, only columns that were named are found.
    """
    if named:
        return WideLabels(named)
    if found.annotator is not None or found.label == NO_COLUMN or (labels is not None and not labels):
        return WideLabels()
    present = list(dict.fromkeys(key for fields in rows for key in fields))
    others = {column for role, column in found.chosen().items() if role != "label"}
    left = [column for column in present if column not in others]
    for columns in (*_numbered_columns(left, found.label), *_columns_with_names(left, found.label)):
        values = [{text for fields in rows if (text := value_text(fields.get(one)).strip())} for one in columns]
        if _are_labels(values, labels):
            is_decided = found.label is not None and found.label not in columns
            is_of_labels = _stem(columns[-1]) in LABEL_COLUMNS or _name_in(columns[-1]) is not None
            is_open = is_decided or (is_of_labels and not _agree(rows, columns))
            return WideLabels(tuple(columns), is_open)
    return WideLabels()


def wide_answers(fields: Fields, annotator: str | None) -> AnnotatorAnswers | None:
    """The answers in the columns of annotators of a row; None where no such columns were found or named."""
    if annotator is None or SEPARATOR not in annotator or annotator in fields:
        return None
    columns = [column for column in annotator.split(SEPARATOR) if value_text(fields.get(column)).strip()]
    return AnnotatorAnswers(tuple(AnnotatorAnswer(fields[column], column) for column in columns))


def _numbered_columns(present: Sequence[str], label: str | None) -> Iterator[list[str]]:
    """Columns that differ in their number; a column of labels without a number belongs to those with one."""
    stems = {*LABEL_COLUMNS, *KNOWN_NAMES["annotator"]}
    by_stem: dict[str, list[str]] = defaultdict(list)
    for column in present:
        numbered = NUMBERED.fullmatch(column.strip())
        stem = _stem(column)
        if stem in stems and (numbered or column == label):
            by_stem[stem].append(column)
    yield from (columns for columns in by_stem.values() if len(columns) > 1)


def _columns_with_names(present: Sequence[str], label: str | None) -> Iterator[list[str]]:
    """Columns whose names are a word for labels and something else, where no column without it has the labels."""
    named = [column for column in present if _name_in(column) is not None]
    if len(named) > 1 and (label is None or label in named):
        yield named


def _name_in(column: str) -> str | None:
    """What stands next to the word for labels in the name of a column: `Anna` in `Label Anna` and `anna_label`."""
    found = WITH_NAME.fullmatch(column.strip())
    return (found["after"] or found["before"]) if found else None


def _stem(column: str) -> str:
    numbered = NUMBERED.fullmatch(column.strip())
    return (numbered["stem"] if numbered else column).strip().lower()


def _are_labels(values: Sequence[Collection[str]], labels: Collection[str] | None) -> bool:
    """Whether all values are labels of the task; without a task, whether the columns share half of their values."""
    if not all(values):
        return False
    if labels:
        return all(one in labels for own in values for one in own)
    first, *others = (set(own) for own in values)
    return all(2 * len(first & own) >= min(len(first), len(own)) for own in others)


def _agree(rows: Sequence[Fields], columns: Sequence[str]) -> bool:
    """Whether two of the columns have the same label in a row: several labels of one text never are the same."""
    for fields in rows:
        given = [text for one in columns if (text := value_text(fields.get(one)).strip())]
        if len({*given}) < len(given):
            return True
    return False
