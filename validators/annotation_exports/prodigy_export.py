"""Prodigy: one row for each answer, with `answer`, and with `label` or the chosen `options` in `accept`.

Format: https://prodi.gy/docs/api-interfaces and https://prodi.gy/docs/review, read on 2026-11-30.
"""

from __future__ import annotations

import re

from winnow.validators.annotation_exports.annotation_export import AnnotationExport
from winnow.validators.annotator_answers import AnnotatedRow, AnnotatorAnswer, AnswerStatus, named_person
from winnow.validators.label_cells import listed
from winnow.validators.row_layout import Fields

STATUSES = {"accept": AnswerStatus.GIVEN, "reject": AnswerStatus.REJECTED, "ignore": AnswerStatus.SKIPPED}
"""What the values of `answer` mean."""

MARKS = frozenset({"label", "accept", "options", "_input_hash", "_task_hash", "_view_id"})
"""Columns of which a row of Prodigy has one: a column `answer` alone may be anything."""

CHOICES = frozenset({"accept", "options"})
"""The columns of the interface in which people choose among options."""

UNNAMED_SESSION = re.compile(r"\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}")
"""The name of a session that nobody named: the time at which it began."""


def recognizes(fields: Fields) -> bool:
    """Whether a row has an answer of Prodigy."""
    answer = fields.get("answer")
    return isinstance(answer, str) and answer.strip() in STATUSES and not MARKS.isdisjoint(fields)


def read(fields: Fields) -> AnnotatedRow:
    """The row with its label. What was chosen among options is the label: a list of the ids of the options."""
    own = {name: value for name, value in fields.items() if not name.startswith("_") and name != "answer"}
    chooses = fields.get("options") is not None or listed(fields.get("accept")) is not None
    if chooses:
        own = {name: value for name, value in own.items() if name not in CHOICES} | {"label": fields.get("accept")}
    answer = AnnotatorAnswer(
        who=_person(fields), status=STATUSES[fields["answer"].strip()], time=fields.get("_timestamp")
    )
    return AnnotatedRow(own, ("label",) if own.get("label") is not None else (), answer)


def _person(fields: Fields) -> str:
    named = (named_person(fields.get(name), "prodigy") for name in ("_annotator_id", "_session_id"))
    return next((name for name in named if name and not UNNAMED_SESSION.fullmatch(name)), "")


PRODIGY = AnnotationExport("prodigy", "Prodigy", recognizes, read)
