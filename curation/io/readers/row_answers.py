"""Who labeled the text of a row: one person whom a column names, or the people in an export of an annotation tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.numbered_rows import Fields
from winnow.validators.annotation_exports import export_of
from winnow.validators.annotator_answers import (
    AnnotatedRow,
    AnnotatorAnswer,
    AnnotatorAnswers,
    AnswerStatus,
    named_person,
)
from winnow.validators.kinds.kind import LABEL_COLUMNS, Kind
from winnow.validators.label_cells import listed


class RowAnswers(NamedTuple):
    """What the cells of a row say about its label."""

    label: object
    """The label that nobody is named for; None if there is none."""
    answers: tuple[AnnotatorAnswer, ...]
    """The answers of people who are named, and answers that are no label."""


def annotated_row(fields: Fields, kind: Kind) -> AnnotatedRow:
    """The data and the answers of a row; the row itself where no annotation tool wrote it. Dialogues are never read."""
    export = None if kind.holds_dialogues else export_of(fields)
    return export.read(fields) if export else AnnotatedRow(fields)


class AnnotatedRows(NamedTuple):
    """The rows of a file as those of a table, and what was found about annotation tools."""

    fields: list[Fields]
    columns: Columns
    """The chosen columns, with the question of the tool as label if it has only one."""
    notes: list[str]


def annotated_rows(name: str, rows: Sequence[Fields], chosen: Columns, kind: Kind) -> AnnotatedRows:
    """The rows of a file, where those of annotation tools have their data and a column for each question.

    Raises WinnowError where a tool asked several questions, none of them is called like a label, and none was chosen.
    """
    if kind.holds_dialogues:
        return AnnotatedRows(list(rows), chosen, [])
    exports = [export_of(fields) for fields in rows]
    titles = Counter(one.title for one in exports if one)
    if not titles:
        return AnnotatedRows(list(rows), chosen, [])
    read = [one.read(fields) if one else AnnotatedRow(fields) for one, fields in zip(exports, rows, strict=True)]
    notes = [f"{name}: " + ", ".join(f"{title} ({counted(count, 'row')})" for title, count in titles.items())]
    left_out = dict.fromkeys(column for one in read for column in one.left_out)
    notes += [f"{name}: what models suggested is no label of people: {', '.join(left_out)}"] if left_out else []
    label = chosen.label or _question(name, read)
    return AnnotatedRows([dict(one.fields) for one in read], replace(chosen, label=label), notes)


def _question(name: str, rows: Iterable[AnnotatedRow]) -> str | None:
    """The question whose answers are labels: the only one, or the one that is called like a column of labels."""
    asked = list(dict.fromkeys(question for row in rows for question in row.questions))
    named = [one for one in asked if one.strip().lower() in LABEL_COLUMNS]
    if len(asked) < 2 or named:
        return next(iter(named or asked), None)
    found = f"{counted(len(asked), 'question')}: {', '.join(map(repr, asked[:10]))}"
    raise WinnowError(Problem(name, found, "one with the labels", "name the label column"))


def row_answers(label: object, row: AnnotatedRow, who: object) -> RowAnswers:
    """The label of a row, or the answers of the people whom it names; `who` is the cell of the column of annotators.

    What was rejected, skipped or not submitted is no label.
    """
    person = named_person(who)
    if isinstance(label, AnnotatorAnswers):
        answers = label.answers
    elif row.unanswered and label is None:
        answers = row.unanswered
    elif row.answer or person:
        given = row.answer or AnnotatorAnswer()
        answers = (replace(given, label=label, who=person or given.who),)
    else:
        return RowAnswers(label, ())
    unnamed = [one.label for one in answers if not one.who and one.status == AnswerStatus.GIVEN]
    several = [item for one in unnamed for item in (listed(one) or [one])] if len(unnamed) > 1 else []
    counted_answers = tuple(one for one in answers if one.who or one.status != AnswerStatus.GIVEN)
    return RowAnswers(several or next(iter(unnamed), None), counted_answers)


def status_notes(name: str, answers: Iterable[AnnotatorAnswer]) -> list[str]:
    """How many answers are no labels, and why."""
    counts: Counter[AnswerStatus] = Counter(one.status for one in answers if one.status != AnswerStatus.GIVEN)
    if not counts:
        return []
    parts = ", ".join(f"{counts[status]:,} {status}" for status in AnswerStatus if counts[status])
    return [f"{name}: {counted(counts.total(), 'answer')} not taken as labels: {parts}"]
