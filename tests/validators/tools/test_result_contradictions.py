"""Results that contradict their call or the answer after them, and honest ones that look like it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.result_contradictions import is_failure, result_contradictions


def dialogue(name: str, arguments: dict[str, object], result: object, answer: str = "Done.") -> Dialogue:
    text = result if isinstance(result, str) else json.dumps(result)
    return Dialogue(
        (
            Turn(Role.USER, "please"),
            Turn(Role.ASSISTANT, calls=(Call("call_1", name, arguments),)),
            Turn(Role.TOOL, text, call_id="call_1"),
            Turn(Role.ASSISTANT, answer),
        )
    )


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("create_event", {"date": "2026-03-04"}, {"id": "event_1", "date": "2026-03-05"}),
        ("create_event", {"start": "2026-03-04T15:00"}, {"start": "2026-03-04T16:00"}),
        ("create_event", {"start_time": "15:00"}, {"status": "ok", "event": {"startTime": "16:00"}}),
        ("update_task", {"task_id": "task_12", "title": "Ferns"}, {"id": "task_13", "title": "Ferns"}),
        ("get_order", {"order_id": "W1234"}, {"order_id": "W1235", "total": 3}),
        ("add_expense", {"amount": 12.5}, {"amount": 21.5}),
        ("create_task", {"title": "Call the bank"}, {"title": "Water the ferns"}),
        ("update_event", {"new_date": "2026-03-04", "date": "2026-03-01"}, {"date": "2026-03-01"}),
        ("create_event", {"attendees": ["ann@x.org"]}, {"attendees": ["bob@x.org", "eve@x.org"]}),
        ("set_alarm", {"repeat": True}, {"repeat": False}),
    ],
)
def test_another_value_under_the_same_key_is_a_contradiction(
    name: str, arguments: dict[str, object], result: object
) -> None:
    (found,) = result_contradictions(dialogue(name, arguments, result))
    assert (found.turn, found.call_id) == (2, "call_1")
    assert found.why.startswith("turn 3, call_1: ")


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("create_event", {"time": "7pm"}, {"time": "19:00"}),
        ("create_event", {"date": "2026-03-04"}, {"date": "March 4, 2026"}),
        ("create_event", {"start": "2026-03-04T15:00"}, {"start": "2026-03-04T14:00Z"}),
        ("get_weather", {"city": "Paris"}, {"city": "Paris, France"}),
        ("add_expense", {"amount": 12.5}, {"amount": "12.50"}),
        ("update_task", {"task_id": "task_1", "status": "done"}, {"id": "task_1", "status": "ok"}),
        ("update_event", {"new_date": "2026-03-04", "date": "2026-03-01"}, {"date": "2026-03-04"}),
        ("create_comment", {"comment_id": "comment_1"}, {"id": "comment_9"}),
        ("get_comments", {"task_id": "task_1"}, {"id": "thread_9"}),
        ("convert_currency", {"amount": 100}, {"amount": 92.1}),
        ("get_tasks", {"title": "Milk"}, {"tasks": [{"title": "Bread"}]}),
        ("create_event", {"attendees": ["ann@x.org"]}, {"attendees": ["bob@x.org", "ann@x.org"]}),
        ("create_task", {"title": "Milk"}, {"title": ""}),
        ("create_task", {"title": "Milk"}, "the task was added"),
    ],
)
def test_what_may_differ_is_none(name: str, arguments: dict[str, object], result: object) -> None:
    assert not result_contradictions(dialogue(name, arguments, result))


@pytest.mark.parametrize(
    "result",
    [
        {"error": "no permission"},
        {"success": False},
        {"status": "failed"},
        {"status": "Not found"},
        {"found": False},
        {"message": "Task task_9 not found"},
        "Error: user not found",
        "The event could not be created.",
        '"no such task"',
    ],
)
def test_a_failure_that_the_answer_does_not_admit(result: object) -> None:
    failed = dialogue("complete_task", {"task_id": "task_9"}, result, "I've marked it as done. No problem!")
    (found,) = result_contradictions(failed)
    assert "turn 4 answers as if it had not failed" in found.why
    for honest in ("I couldn't find that task.", "That failed.", "Which task do you mean?", "Sorry, try again later."):
        assert not result_contradictions(replace(failed, turns=(*failed.turns[:3], Turn(Role.ASSISTANT, honest))))


@pytest.mark.parametrize(
    "result", [{"error": None}, {"errors": []}, {"success": True}, {"status": "open"}, "Added.", "error " * 80, "[]"]
)
def test_what_is_no_failure(result: object) -> None:
    assert not is_failure(
        "x" * 301 if result == "error " * 80 else result if isinstance(result, str) else json.dumps(result)
    )


def test_a_long_text_about_errors_is_no_failure() -> None:
    assert is_failure("error: " + "x" * 200)
    assert not is_failure("error: " + "x" * 300)


def test_another_call_after_a_failure_is_no_answer() -> None:
    turns = dialogue("complete_task", {"task_id": "task_9"}, {"error": "gone"}).turns
    again = Turn(Role.ASSISTANT, "Done.", calls=(Call("call_2", "list_tasks", {}),))
    assert not result_contradictions(Dialogue((*turns[:3], again)))
    assert not result_contradictions(Dialogue(turns[:3]))


def test_what_is_not_learned_counts_for_nothing() -> None:
    ignored = dialogue("complete_task", {}, {"error": "gone"}).turns
    assert not result_contradictions(Dialogue((*ignored[:3], replace(ignored[3], train=False))))
    other = dialogue("create_task", {"title": "Milk"}, {"title": "Bread"}).turns
    assert not result_contradictions(Dialogue((other[0], replace(other[1], train=False), *other[2:])))
