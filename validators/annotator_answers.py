"""What people answered about the text of a row: the label, who gave it, and whether the answer counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from winnow.validators.row_layout import Fields


class AnswerStatus(StrEnum):
    """What became of an answer in the tool where it was given."""

    GIVEN = "given"
    REJECTED = "rejected"
    """The person said that the proposed label is wrong, and named no other."""
    SKIPPED = "skipped"
    """Also ignored, cancelled and discarded: the person passed the text on."""
    DRAFT = "draft"
    """Not submitted yet."""


@dataclass(frozen=True)
class AnnotatorAnswer:
    """One answer of one person. Its label counts only with the status `given`."""

    label: object = None
    """As the file has it; None where nothing was chosen."""
    who: str = ""
    """Name or id of the person; empty where the file names nobody."""
    status: AnswerStatus = AnswerStatus.GIVEN
    time: object = None
    """When it was given, as the file has it."""


@dataclass(frozen=True)
class AnnotatorAnswers:
    """The value of a column of answers: those of all people who were asked about the text of the row."""

    answers: tuple[AnnotatorAnswer, ...] = ()

    def __str__(self) -> str:
        return "; ".join(str(one.label) for one in self.answers)


class AnnotatedRow(NamedTuple):
    """A row of an export of an annotation tool, as the columns of a table."""

    fields: Fields
    """The annotated data, and a column for each question; without what the tool says about itself."""
    questions: tuple[str, ...] = ()
    """The columns of `fields` that hold the answers, if the export tells them from the data."""
    answer: AnnotatorAnswer | None = None
    """Who gave the label of the row, when and with which status, where a row is one answer."""
    unanswered: tuple[AnnotatorAnswer, ...] = ()
    """Answers without a label, where the row does not say to which question."""
    left_out: tuple[str, ...] = ()
    """Columns that hold what models suggested: never labels of people."""


def named_person(value: object, tool: str = "") -> str:
    """The name of a person: ids that only count within a tool get the name of the tool."""
    text = "" if value is None or value != value else str(value).strip()
    return f"{tool}-{text}" if tool and text.isdigit() else text
