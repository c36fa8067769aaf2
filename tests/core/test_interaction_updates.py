"""How lines of an interaction log are merged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from winnow.core.interaction_line import InteractionLine
from winnow.core.interaction_updates import with_updates

ID = "01890000-0000-7000-8000-00000000000{}"


def interaction(**fields: Any) -> InteractionLine:
    line = {"version": 1, "kind": "interaction", "id": ID.format(0), "timestamp": "2026-01-01T00:00:00.000000+00:00"}
    return InteractionLine.model_validate_json(json.dumps(line | {"agent_role": "router"} | fields), strict=True)


def update(second: int, **fields: Any) -> InteractionLine:
    line = {"version": 1, "kind": "update", "id": ID.format(second), "about": ID.format(0)}
    at = {"timestamp": f"2026-01-01T00:00:0{second}.000000+00:00"}
    return InteractionLine.model_validate_json(json.dumps(line | at | fields), strict=True)


def merged(*updates: InteractionLine, **fields: Any) -> dict[str, Any]:
    line = json.loads(with_updates(interaction(**fields), updates).model_dump_json())
    return {name: line[name] for name in ("result", "feedback") if name in line}


def test_the_newest_update_wins_whatever_the_order_of_the_lines() -> None:
    late, early = update(2, feedback={"rating": 1}), update(1, feedback={"rating": 5, "comments": "fine"})
    assert merged(late, early) == merged(early, late) == {"feedback": {"rating": 1, "comments": "fine"}}


def test_of_one_time_the_later_line_wins() -> None:
    first, second = update(1, result={"review_score": 0.25}), update(1, result={"review_score": 0.75})
    assert merged(first, second) == {"result": {"review_score": 0.75}}


def test_a_status_replaces_the_error_and_other_fields_stay() -> None:
    failed = {"status": "error", "seconds": 2.5, "error": {"type": "builtins.ValueError", "message": "no"}}
    assert merged(update(1, result={"tests_passed": False}), result=failed) == {
        "result": failed | {"tests_passed": False}
    }
    assert merged(update(1, result={"status": "ok"}), result=failed) == {"result": {"status": "ok", "seconds": 2.5}}


def test_feedback_names_who_gave_it_last() -> None:
    by_one = update(1, feedback={"rating": 5, "by": "one"})
    assert merged(by_one, update(2, feedback={"rating": 1})) == {"feedback": {"rating": 1}}
    assert merged(by_one, update(2, result={"status": "ok"}))["feedback"] == {"rating": 5, "by": "one"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "update"}, r"an update has about"),
        ({"kind": "update", "about": ID.format(1)}, r"an update has about, and result or feedback"),
        ({"kind": "update", "about": ID.format(1), "result": {}, "output": 1}, r"an update has no agent_role"),
        ({"about": ID.format(1)}, r"an interaction has agent_role and no about"),
        ({"agent_role": None}, r"an interaction has agent_role and no about"),
        ({"feedback": {"rating": 6}}, r"less than or equal to 5"),
        ({"feedback": {"rating": True}}, r"valid integer"),
        ({"result": {"review_score": 1.5}}, r"less than or equal to 1"),
        ({"result": {"tests_passed": 3}}, r"valid boolean"),
        ({"id": "1"}, r"match pattern"),
        ({"version": 2}, r"Input should be 1"),
    ],
)
def test_a_line_that_is_not_of_the_form_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        interaction(**fields)
