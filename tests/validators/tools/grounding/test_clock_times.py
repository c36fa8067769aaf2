"""Times of day are recognized in words and in both clocks."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("meet at 7pm", "19:00"),
        ("meet at 7:30 p.m.", "19:30:00"),
        ("meet at 19:30", "7:30 PM"),
        ("meet at noon", "12:00"),
        ("meet at midnight", "00:00"),
        ("meet at half past seven", "19:30"),
        ("meet at a quarter to eight", "07:45"),
        ("meet at ten past 9", "09:10"),
        ("meet at 5 o'clock", "17:00"),
        ("meet at seven", "07:00"),
        ("from 3 to 5 pm", "15:00"),
        ("meet at 12 am", "00:00"),
        ("at 1830 hours", "18:30"),
    ],
)
def test_a_time_in_another_form_is_normalized(said: str, value: str) -> None:
    found = grade(said, value)
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_TIME), found.why


@pytest.mark.parametrize(
    ("said", "value"), [("meet at 7pm", "07:00"), ("meet at 7:30", "07:45"), ("meet at noon", "13:00")]
)
def test_another_time_is_reviewed(said: str, value: str) -> None:
    assert grade(said, value).rule is GroundingRule.COMPUTED


@pytest.mark.parametrize(("value", "rule"), [(3600, "same_time"), ("+01:00", "same_time"), (7200, "computed")])
def test_an_offset_from_utc(value: object, rule: str) -> None:
    assert grade("use UTC+1", value, name="offset").rule == rule


def test_a_date_with_a_time_needs_both() -> None:
    said = "on March 5th, 2024 at 3pm"
    both = grade(said, "2024-03-05T15:00:00")
    assert (both.level, both.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_DATE)
    assert both.why == "'2024-03-05T15:00:00' is 'March 5th, 2024, 3pm' of turn 1"
    for value, missing in (("2024-03-05T16:00:00", "time of day"), ("2024-03-06T15:00:00", "date")):
        found = grade(said, value)
        assert found.level is GroundingLevel.REVIEW
        assert f"the {missing} of" in found.why


def test_midnight_beside_a_date_is_the_day() -> None:
    assert grade("on March 5th", "2024-03-05T00:00:00Z").level is GroundingLevel.NORMALIZED


def test_an_hour_counts_under_its_name() -> None:
    assert grade("wake me at 7pm", 19, name="hour").rule is GroundingRule.SAME_TIME
    assert grade("wake me at 7pm", 19, name="volume").rule is GroundingRule.COMPUTED
