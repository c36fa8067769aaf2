"""Argilla: datasets of the SDK 2.x, its nested JSON, and text classification of 1.x.

Format: `records/_io/_generic.py` and `_json.py` of argilla 2.8.0, and `client/datasets.py` of argilla 1.29
(https://github.com/argilla-io/argilla), read on 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from winnow.validators.annotation_exports.annotation_export import AnnotationExport
from winnow.validators.annotator_answers import (
    AnnotatedRow,
    AnnotatorAnswer,
    AnnotatorAnswers,
    AnswerStatus,
    named_person,
)
from winnow.validators.label_cells import listed
from winnow.validators.row_layout import Fields

RESPONSES, USERS, STATUS = ".responses", ".responses.users", ".responses.status"
SUGGESTIONS = (".suggestion", ".suggestion.score", ".suggestion.agent", "-suggestion", "-suggestion-metadata")
"""Endings of columns: what a model suggested is never a label of people."""

OWN_COLUMNS = frozenset({"id", "_server_id", "status", "external_id", "vectors"})
"""Columns that describe a record and not its data."""

STATUSES = {
    "submitted": AnswerStatus.GIVEN,
    "validated": AnswerStatus.GIVEN,
    "completed": AnswerStatus.GIVEN,
    "discarded": AnswerStatus.SKIPPED,
}
"""What the status of a response, or of a record of 1.x, means; any other one is a draft."""


def _status(value: object) -> AnswerStatus:
    return STATUSES.get(str(value).strip().lower(), AnswerStatus.DRAFT)


def recognizes_flat(fields: Fields) -> bool:
    """Whether a row has a column of responses or of a suggestion, or one of answers of 1.x."""
    ends = (RESPONSES, ".suggestion", "-suggestion")
    return any(name.endswith(ends) or _is_list_of_answers(value) for name, value in fields.items())


def read_flat(fields: Fields) -> AnnotatedRow:
    """The data of a record, and the responses to each question."""
    left_out = tuple(name for name in fields if name.endswith(SUGGESTIONS))
    questions = {name.removesuffix(RESPONSES) for name in fields if name.endswith(RESPONSES)}
    questions |= {name for name, value in fields.items() if _is_list_of_answers(value)}
    suggested = {name.removesuffix(end) for name in left_out for end in (".suggestion", "-suggestion")}
    asked = {name for name in suggested if f"{name}.suggestion" in fields or f"{name}-suggestion" in fields}
    columns = {name: _answers(fields, name) for name in sorted(questions | asked)}
    used = {*left_out, *(name + end for name in questions for end in (RESPONSES, USERS, STATUS)), *OWN_COLUMNS}
    own = {name: value for name, value in fields.items() if name not in used}
    return AnnotatedRow({**own, **columns}, tuple(columns), left_out=left_out)


def _answers(fields: Fields, question: str) -> AnnotatorAnswers:
    """The responses of all people to a question."""
    if _is_list_of_answers(fields.get(question)):
        given = fields[question]
        return AnnotatorAnswers(
            tuple(_answer(one.get("value"), one.get("user_id"), one.get("status")) for one in given)
        )
    values, users, statuses = (_list(fields.get(question + end)) for end in (RESPONSES, USERS, STATUS))
    return AnnotatorAnswers(tuple(_answer(*one) for one in zip_longest(values, users, statuses)))


def _answer(value: object, user: object, status: object) -> AnnotatorAnswer:
    return AnnotatorAnswer(value, named_person(user, "argilla"), _status(status))


def _list(value: object) -> list[object]:
    """The items of a column of lists; a table may hold them as text."""
    return [] if value is None or value == "" else listed(value) or []


def _is_list_of_answers(value: object) -> bool:
    keys = {"user_id", "value", "status"}
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and keys <= {*one} for one in value)


def recognizes_nested(fields: Fields) -> bool:
    """Whether a row is a record as `Dataset.records.to_json` writes it."""
    return all(isinstance(fields.get(name), Mapping) for name in ("fields", "responses", "suggestions"))


def read_nested(fields: Fields) -> AnnotatedRow:
    """The fields of a record and its responses, which have no status here: they count where the record is completed."""
    status = fields.get("status")
    questions: Mapping[str, Any] = fields["responses"]
    columns = {
        name: AnnotatorAnswers(tuple(_answer(one.get("value"), one.get("user_id"), status) for one in given))
        for name, given in questions.items()
        if isinstance(given, list) and all(isinstance(one, Mapping) for one in given)
    }
    asked = {name: AnnotatorAnswers() for name in fields["suggestions"] if name not in columns}
    metadata = fields.get("metadata")
    data = {**(metadata if isinstance(metadata, Mapping) else {}), **fields["fields"]}
    left_out = ("suggestions",) if fields["suggestions"] else ()
    return AnnotatedRow({**data, **asked, **columns}, (*asked, *columns), left_out=left_out)


def recognizes_v1(fields: Fields) -> bool:
    """Whether a row is a record of text classification of Argilla 1.x."""
    return "annotation" in fields and "status" in fields and not {"prediction", "annotation_agent"}.isdisjoint(fields)


def read_v1(fields: Fields) -> AnnotatedRow:
    """The inputs of a record, and its annotation as label; it counts where the record is validated."""
    used = {"annotation", "prediction", "prediction_agent", "annotation_agent", *OWN_COLUMNS}
    own = {name: value for name, value in fields.items() if name not in used and value is not None}
    inputs = own.get("inputs")
    data = {**(inputs if isinstance(inputs, Mapping) else {}), **own, "label": fields["annotation"]}
    who = named_person(fields.get("annotation_agent"), "argilla")
    left_out = ("prediction",) if fields.get("prediction") else ()
    return AnnotatedRow(data, ("label",), AnnotatorAnswer(who=who, status=_status(fields["status"])), left_out=left_out)


ARGILLA = AnnotationExport("argilla", "Argilla", recognizes_flat, read_flat)
ARGILLA_NESTED = AnnotationExport("argilla_json", "JSON of Argilla", recognizes_nested, read_nested)
ARGILLA_V1 = AnnotationExport("argilla_v1", "Argilla 1.x", recognizes_v1, read_v1)
