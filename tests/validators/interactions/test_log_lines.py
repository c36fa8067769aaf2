"""Lines of Winnow's own form and of other apps are read alike, or refused with the field."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.core.interaction_line import ExecutionStatus, InteractionLine, LineKind
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.vocabulary import DropReason
from winnow.validators.interactions.log_lines import content_hash, is_log_line, line_hash, read_log_line
from winnow.validators.text import Drop

ID = "01890000-0000-7000-8000-000000000000"
OWN: dict[str, Any] = {
    "version": 1,
    "kind": "interaction",
    "id": ID,
    "timestamp": "2026-01-01T00:00:00.000000+00:00",
    "agent_role": "router",
    "task": "my vpn drops",
    "output": "it_vpn",
}


def read(fields: dict[str, Any]) -> InteractionLine:
    found = read_log_line(fields)
    assert isinstance(found, InteractionLine), found
    return found


def test_a_line_of_another_app_is_that_of_winnow_under_other_names() -> None:
    other = {
        "interaction_id": 7,
        "created_at": "2026-01-01T01:00:00+01:00",
        "agent": "router",
        "task": "my vpn drops",
        "model_output": "it_vpn",
        "execution_result": {"status": "Success", "tests_passed": None, "review_score": 0.5},
        "human_feedback": {"rating": 5, "comments": None, "corrections": None},
    }
    found = read(other)
    assert (found.id, found.timestamp) == ("7", OWN["timestamp"])
    assert found.result is not None
    assert found.feedback is not None
    assert (found.result.status, found.result.review_score, found.feedback.rating) == (ExecutionStatus.OK, 0.5, 5)
    assert content_hash(found) == content_hash(read(OWN))


def test_an_update_names_its_interaction_by_about_or_by_its_id() -> None:
    by_id = read({"id": "a", "feedback": {"rating": 1}})
    by_about = read({"id": "b", "about": "a", "feedback": {"rating": 1}})
    assert (by_id.kind, by_id.about, by_about.about, by_about.id) == (LineKind.UPDATE, "a", "a", "b")
    assert by_id.id != "a"  # several updates of one interaction are different lines


def test_a_line_without_an_id_has_that_of_its_content() -> None:
    one = {"task": "my vpn drops", "result": {"status": "ok"}}
    assert read(one).id == read(dict(reversed(one.items()))).id == line_hash(one)
    assert read({**one, "task": "another"}).id != read(one).id


def test_tables_hold_results_as_json_text() -> None:
    assert read({"task": "a", "result": '{"tests_passed": true}', "feedback": None}).result is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "version: found 2, Input should be 1"),
        ({"feedback": {"rating": 9}}, "feedback.rating: found 9, Input should be less than or equal to 5"),
        ({"result": {"tests_passed": "yes"}}, "result.tests_passed: found 'yes', Input should be a valid boolean"),
        ({"latency": 3}, "latency: found 3, Extra inputs are not permitted"),
        ({"session": 3}, "session: found 3, Input should be a valid string"),
    ],
)
def test_a_line_of_winnow_with_another_field_is_refused(change: dict[str, Any], reason: str) -> None:
    assert read_log_line({**OWN, **change}) == Drop(InteractionDrop.MALFORMED, reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"task": "a", "result": {"status": "odd"}}, "result.status: found 'odd', Input should be 'ok'"),
        ({"task": "a", "result": "fine"}, "not JSON"),
        ({"task": "a", "result": 3}, "result is 3, expected an object"),
        ({"task": "a", "result": {"points": 3}}, "result.points: found 3, Extra inputs"),
        ({"task": "a", "feedback": {"rating": 4.5}}, "feedback.rating: found 4.5, Input should be a valid integer"),
        ({"task": "a", "feedback": {}, "human_feedback": {}}, "feedback occurs twice, also as 'human_feedback'"),
        ({"task": "a", "latency": 3, "feedback": {}}, "latency: found 3, Extra inputs"),
        ({"task": "a", "timestamp": "yesterday", "feedback": {}}, "timestamp 'yesterday', expected ISO 8601"),
        ({"task": "a", "id": [1], "feedback": {}}, "the id is [1], expected a text or a whole number"),
        ({"task": None, "feedback": {"rating": 3}}, "no task, output or messages, and no id"),
    ],
)
def test_a_line_of_another_app_is_refused_with_what_was_found(fields: dict[str, Any], reason: str) -> None:
    found = read_log_line(fields)
    assert isinstance(found, Drop)
    assert found.reason == InteractionDrop.MALFORMED
    assert found.detail.startswith(reason)


def test_a_withheld_line_is_dropped_for_its_private_data() -> None:
    held = {name: OWN[name] for name in ("version", "kind", "id", "timestamp", "agent_role")} | {"withheld": "US_SSN"}
    found = read_log_line(held)
    assert isinstance(found, Drop)
    assert found.reason == DropReason.PRIVATE_DATA
    del held["agent_role"]
    scores = read({**held, "kind": "update", "about": ID, "feedback": {"rating": 1}})
    assert scores.feedback is not None
    assert scores.feedback.rating == 1


@pytest.mark.parametrize(
    ("fields", "is_log"),
    [
        (OWN, True),
        ({"version": 1, "kind": "update", "about": ID}, True),
        ({"task": "a", "execution_result": {}}, True),
        ({"about": "a", "feedback": {}}, True),
        ({"id": "a", "human_feedback": {}}, True),
        ({"task": "a", "agent_role": "r"}, True),
        ({"messages": [], "agent": "r", "result": {}}, True),
        ({"messages": [], "agent": "r"}, False),
        ({"messages": [], "result": 1}, False),
        ({"task": "a", "output": "b"}, False),
        ({"text": "a", "feedback": "good"}, False),
        ({"messages": [], "tools": []}, False),
        ({"kind": "interaction", "text": "a"}, False),
    ],
)
def test_lines_of_a_log_are_recognized_by_their_fields(fields: dict[str, Any], is_log: bool) -> None:
    assert is_log_line(fields) == is_log
