"""Rows in the shapes that annotation tools really export."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.validators.annotation_exports import export_of
from winnow.validators.annotator_answers import AnnotatedRow, AnnotatorAnswers, AnswerStatus

GIVEN, REJECTED, SKIPPED, DRAFT = AnswerStatus


def read(row: dict[str, Any]) -> AnnotatedRow:
    found = export_of(row)
    assert found is not None
    return found.read(row)


def answers(row: dict[str, Any], column: str) -> list[tuple[object, str, AnswerStatus]]:
    cell = read(row).fields[column]
    assert isinstance(cell, AnnotatorAnswers)
    return [(one.label, one.who, one.status) for one in cell.answers]


def annotation(who: object, *labels: str, **more: object) -> dict[str, Any]:
    result = [{"from_name": "intent", "to_name": "text", "type": "choices", "value": {"choices": [*labels]}}]
    stated = {"completed_by": who, "result": result if labels else [], "was_cancelled": False}
    return {**stated, "updated_at": "2026-03-09T22:16:08Z", **more}


def test_a_task_of_label_studio_has_the_answers_of_all_people_and_no_prediction() -> None:
    row = {
        "id": 7,
        "data": {"text": "where is my parcel"},
        "annotations": [
            annotation(1, "track"),
            annotation({"id": 2, "email": "bob@example.org"}, "refund"),
            annotation(3, "refund", was_cancelled=True),
            annotation(4),
        ],
        "drafts": [annotation(5, "refund")],
        "predictions": [{"model_version": "v1", "result": annotation(0, "refund")["result"]}],
        "created_at": "2026-03-09T21:52:49Z",
    }
    assert answers(row, "intent") == [
        (["track"], "label-studio-1", GIVEN),
        (["refund"], "bob@example.org", GIVEN),
        (["refund"], "label-studio-3", SKIPPED),
        (["refund"], "label-studio-5", DRAFT),
        (None, "label-studio-4", GIVEN),
    ]
    assert {*read(row).fields} == {"text", "intent"}
    assert (read(row).questions, read(row).left_out) == (("intent",), ("predictions",))


def test_a_task_that_everybody_skipped_has_no_question() -> None:
    found = read({"id": 7, "data": {"text": "hello"}, "annotations": [annotation(1, was_cancelled=True)]})
    assert (found.fields, found.questions) == ({"text": "hello"}, ())
    assert [(one.who, one.status) for one in found.unanswered] == [("label-studio-1", SKIPPED)]


def test_a_task_that_nobody_annotated_has_its_data_alone() -> None:
    assert read({"id": 7, "data": {"text": "hello"}, "annotations": [], "predictions": []}) == AnnotatedRow(
        {"text": "hello"}
    )


def test_json_min_of_label_studio_has_its_question_before_the_annotator() -> None:
    row = {"text": "hello", "id": 1, "tone": "a", "annotator": 3, "annotation_id": 9, "created_at": "2026-03-09"}
    found = read({**row, "updated_at": "2026-03-10", "lead_time": 2.5})
    assert (found.fields, found.questions) == ({"text": "hello", "tone": "a"}, ("tone",))
    assert found.answer is not None
    assert (found.answer.who, found.answer.status, found.answer.time) == ("label-studio-3", GIVEN, "2026-03-10")


def test_csv_of_label_studio_says_what_was_cancelled_and_lists_several_choices() -> None:
    row = dict.fromkeys(("annotation_id", "annotator", "id", "label", "lead_time", "text", "was_cancelled"), "1")
    cancelled = read({**row, "was_cancelled": "True"})
    assert cancelled.answer is not None
    assert cancelled.answer.status == SKIPPED
    assert read({**row, "label": '{"choices": ["a", "b"]}'}).fields["label"] == ["a", "b"]


@pytest.mark.parametrize(("answer", "status"), [("accept", GIVEN), ("reject", REJECTED), ("ignore", SKIPPED)])
def test_the_answer_of_prodigy_says_whether_its_label_counts(answer: str, status: AnswerStatus) -> None:
    row = {"text": "cancel my plan", "label": "a", "answer": answer, "_annotator_id": "plans-ann", "_input_hash": 1}
    found = read({**row, "_timestamp": 1707211049})
    assert found.answer is not None
    assert (found.answer.status, found.answer.who, found.answer.time) == (status, "plans-ann", 1707211049)
    assert found.fields == {"text": "cancel my plan", "label": "a"}


def test_the_chosen_options_of_prodigy_are_the_label_and_an_automatic_session_is_nobody() -> None:
    options = [{"id": "a", "text": "Cancel"}, {"id": "b", "text": "Renew"}]
    row = {"text": "keep my plan", "options": options, "accept": ["b"], "answer": "accept"}
    found = read({**row, "_session_id": "2024-02-06_10-17-19"})
    assert found.answer is not None
    assert (found.fields["label"], found.answer.who) == (["b"], "")


def test_a_column_called_answer_is_not_always_one_of_prodigy() -> None:
    assert export_of({"text": "is it paid", "answer": "accept"}) is None
    assert export_of({"text": "is it paid", "label": "a", "answer": "yes, on Monday"}) is None


@pytest.mark.parametrize("column", ["labels", "cats"])
def test_doccano_has_its_labels_in_a_list(column: str) -> None:
    found = read({"id": 1, "text": "hello", column: ["a"], "Comments": [], "entities": [[0, 5, "greeting"]]})
    assert found.fields["label"] == ["a"]
    assert column not in found.fields


def test_a_dataset_of_argilla_has_each_response_with_its_user_and_status() -> None:
    row = {
        "id": "1",
        "status": "completed",
        "_server_id": "9f",
        "text": "hello",
        "label.responses": ["a", "b", "b", "b"],
        "label.responses.users": ["u1", "u2", "u3", "u4"],
        "label.responses.status": ["submitted", "submitted", "discarded", "draft"],
        "label.suggestion": "c",
        "label.suggestion.score": 0.9,
        "label.suggestion.agent": "model",
    }
    expected = [("a", "u1", GIVEN), ("b", "u2", GIVEN), ("b", "u3", SKIPPED), ("b", "u4", DRAFT)]
    assert answers(row, "label") == expected
    assert {*read(row).fields} == {"text", "label"}
    as_text = {name: str(value) if isinstance(value, list) else value for name, value in row.items()}
    assert answers(as_text, "label") == expected


def test_a_suggestion_of_argilla_without_a_response_is_no_answer() -> None:
    row = {"text": "hello", "label.responses": None, "label.suggestion": "c", "label.suggestion.agent": "model"}
    assert answers(row, "label") == []
    assert answers({"text": "hello", "label.suggestion": "c"}, "label") == []
    older = {"text": "hello", "label": [{"user_id": "u1", "value": "a", "status": "submitted"}]}
    assert answers({**older, "label-suggestion": "c"}, "label") == [("a", "u1", GIVEN)]


def test_the_nested_json_of_argilla_counts_for_completed_records_only() -> None:
    row = {"id": "1", "fields": {"text": "hello"}, "metadata": {}, "suggestions": {"label": {"value": "c"}}}
    given = {"responses": {"label": [{"value": "a", "user_id": "u1"}]}, "vectors": {}}
    assert answers({**row, **given, "status": "completed"}, "label") == [("a", "u1", GIVEN)]
    assert answers({**row, **given, "status": "pending"}, "label") == [("a", "u1", DRAFT)]
    assert answers({**row, "responses": {}, "status": "pending"}, "label") == []


@pytest.mark.parametrize(
    ("status", "expected"), [("Validated", GIVEN), ("Discarded", SKIPPED), ("Default", DRAFT), ("Edited", DRAFT)]
)
def test_argilla_1_counts_validated_annotations_and_no_predictions(status: str, expected: AnswerStatus) -> None:
    row = {"text": None, "inputs": {"text": "hello"}, "annotation": "a", "annotation_agent": "ann", "status": status}
    found = read({**row, "prediction": [["c", 0.9]], "prediction_agent": "model", "id": "1"})
    assert (found.fields["text"], found.fields["label"], found.left_out) == ("hello", "a", ("prediction",))
    assert found.answer is not None
    assert (found.answer.who, found.answer.status) == ("ann", expected)
