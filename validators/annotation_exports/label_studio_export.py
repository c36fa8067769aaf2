"""Label Studio: JSON with a task a row, and JSON_MIN and CSV with an annotation a row.

Format: https://labelstud.io/guide/task_format, and `converter.py`, `exports/csv2.py` and `utils.py` of
https://github.com/HumanSignal/label-studio-converter, read on 2026-11-30.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from winnow.validators.annotation_exports.annotation_export import AnnotationExport
from winnow.validators.annotator_answers import (
    AnnotatedRow,
    AnnotatorAnswer,
    AnnotatorAnswers,
    AnswerStatus,
    named_person,
)
from winnow.validators.row_layout import Fields

TOOL = "label-studio"

ANNOTATIONS = ("annotations", "completions")
"""Where a task has the annotations of people; version 0.x called them completions."""

TABLE_MARKS = frozenset({"annotator", "annotation_id", "lead_time"})
"""Columns that every row of JSON_MIN and CSV has."""

TABLE_COLUMNS = TABLE_MARKS | {"id", "created_at", "updated_at", "was_cancelled", "agreement", "history"}
"""Columns of the tool in these files; their times are those of the annotation, not of the text."""


def recognizes_task(fields: Fields) -> bool:
    """Whether a row is a task with its data and annotations."""
    held = any(isinstance(fields.get(name), list) for name in (*ANNOTATIONS, "predictions", "drafts"))
    return isinstance(fields.get("data"), Mapping) and held


def read_task(fields: Fields) -> AnnotatedRow:
    """The data of a task, and the answers to each question of its labeling form."""
    answers: dict[str, list[AnnotatorAnswer]] = defaultdict(list)
    unanswered: list[AnnotatorAnswer] = []
    for annotation, is_draft in _annotations(fields):
        answer = _answer_of(annotation, is_draft=is_draft)
        chosen = _choices(annotation)
        for question, labels in chosen.items():
            answers[question].append(replace(answer, label=labels))
        unanswered += [answer] if not chosen and answer.status != AnswerStatus.DRAFT else []
    columns = {name: AnnotatorAnswers((*given, *unanswered)) for name, given in answers.items()}
    left_out = ("predictions",) if fields.get("predictions") else ()
    open_answers = () if columns else tuple(unanswered)
    return AnnotatedRow({**fields["data"], **columns}, tuple(columns), unanswered=open_answers, left_out=left_out)


def _annotations(fields: Fields) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """The annotations of a task, and which of them are drafts."""
    for name in (*ANNOTATIONS, "drafts"):
        listed = fields.get(name)
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, Mapping):
                yield one, name == "drafts"


def _answer_of(annotation: Mapping[str, Any], *, is_draft: bool) -> AnnotatorAnswer:
    """Who annotated, when, and whether it counts."""
    cancelled = bool(annotation.get("was_cancelled") or annotation.get("skipped"))
    status = AnswerStatus.DRAFT if is_draft else AnswerStatus.SKIPPED if cancelled else AnswerStatus.GIVEN
    by = annotation.get("completed_by")
    who = next((by[key] for key in ("email", "username", "id") if by.get(key)), "") if isinstance(by, Mapping) else by
    time = annotation.get("updated_at") or annotation.get("created_at")
    return AnnotatorAnswer(who=named_person(who, TOOL), status=status, time=time)


def _choices(annotation: Mapping[str, Any]) -> dict[str, list[object]]:
    """What was chosen for each question: labels of the whole text; spans and ratings are no labels."""
    found: dict[str, list[object]] = {}
    results = annotation.get("result")
    for one in results if isinstance(results, list) else ():
        value = one.get("value") if isinstance(one, Mapping) else None
        if isinstance(value, Mapping) and one.get("type") in ("choices", "taxonomy"):
            chosen = value.get(one["type"])
            labels = ["/".join(map(str, path)) if isinstance(path, list) else path for path in chosen or ()]
            found.setdefault(str(one.get("from_name") or "label"), []).extend(labels)
    return found


def recognizes_table(fields: Fields) -> bool:
    """Whether a row is an annotation in JSON_MIN or CSV."""
    return fields.keys() >= TABLE_MARKS


def read_table(fields: Fields) -> AnnotatedRow:
    """The data and the labels of one annotation, and who made it.

    JSON_MIN has the questions between the columns `id` and `annotator`. CSV sorts its columns, so that questions
    cannot be told from data.
    """
    own = {name: _plain(value) for name, value in fields.items() if name not in TABLE_COLUMNS}
    names = list(fields)
    start, end = names.index("id") if "id" in names else len(names), names.index("annotator")
    questions = tuple(name for name in names[start + 1 : end] if name in own)
    cancelled = str(fields.get("was_cancelled", "")).strip().lower() in ("true", "1")
    time = fields.get("updated_at") or fields.get("created_at")
    status = AnswerStatus.SKIPPED if cancelled else AnswerStatus.GIVEN
    return AnnotatedRow(own, questions, AnnotatorAnswer(None, named_person(fields["annotator"], TOOL), status, time))


def _plain(value: object) -> object:
    """Several choices, which these files hold as an object `{"choices": [...]}`, as a list."""
    if isinstance(value, str) and value.lstrip().startswith('{"choices"'):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    return value["choices"] if isinstance(value, Mapping) and isinstance(value.get("choices"), list) else value


LABEL_STUDIO = AnnotationExport("label_studio", "Label Studio", recognizes_task, read_task)
LABEL_STUDIO_TABLE = AnnotationExport(
    "label_studio_table", "Label Studio, an annotation a row", recognizes_table, read_table
)
