"""Dates are recognized in every common form, and relative to the day on which they are said."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule

FRIDAY = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("the meeting is on March 5th, 2024", "2024-03-05"),
        ("the meeting is on the 5th of March 2024", "2024-03-05"),
        ("the meeting is on 5 Mar", "2024-03-05"),
        ("the meeting is on 3/5/2024", "2024-03-05"),
        ("the meeting is on 05.03.2024", "2024-03-05"),
        ("the meeting is on 3/5", "2024-03-05"),
        ("the meeting is on 2024-03-05", "20240305"),
        ("the meeting is on 2024-03-05", "05/03/2024"),
        ("the meeting is on 2024-03-05", "March 5, 2024"),
        ("from March 18th to 22nd", "2024-03-22"),
        ("from 18 to 22 March", "2024-03-18"),
        ("everything in August 2023", "2023-08-01"),
        ("everything in August 2023", "2023-08-31"),
        ("everything in August 2023", "2023-08"),
        ("everything since 2020", "2020-01-01"),
        ("everything after 2010", "2011-01-01"),
        ("revenue of Q3 2023", "2023-07-01"),
        ("revenue of the third quarter of 2023", "2023-09-30"),
        ("between 2024-03-05 and 2024-03-08", "2024-03-05/2024-03-08"),
    ],
)
def test_a_date_in_another_form_is_normalized(said: str, value: object) -> None:
    found = grade(said, value)
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_DATE), found.why


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("the meeting is on March 5th, 2024", "2024-03-06"),
        ("the meeting is on March 5th, 2024", "2023-03-05"),
        ("the meeting is on March 5th, 2024", "2024-04-05"),
        ("everything in August 2023", "2023-08-17"),
        ("everything in August 2023", "2023-09-30"),
        ("everything since 2020", "2020-06-15"),
        ("you may pick number 5", "2024-05-05"),
        ("revenue of Q3 2023", "2023-06-30"),
    ],
)
def test_another_date_is_reviewed(said: str, value: str) -> None:
    found = grade(said, value)
    assert (found.level, found.rule) == (GroundingLevel.REVIEW, GroundingRule.COMPUTED), found.why


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("remind me today", "2024-03-01"),
        ("remind me tomorrow", "2024-03-02"),
        ("remind me the day after tomorrow", "2024-03-03"),
        ("what happened yesterday", "2024-02-29"),
        ("what happened the day before yesterday", "2024-02-28"),
        ("on Monday", "2024-03-04"),
        ("next Friday", "2024-03-08"),
        ("last Friday", "2024-02-23"),
        ("in 3 days", "2024-03-04"),
        ("in two weeks", "2024-03-15"),
        ("a week from today", "2024-03-08"),
        ("10 days ago", "2024-02-20"),
        ("in a month", "2024-04-01"),
        ("during the next week", "2024-03-04"),
        ("over the last 3 months", "2023-12-01"),
        ("over the last 3 months", "2024-03-01"),
        ("all of last month", "2024-02-29"),
        ("all of this year", "2024-12-31"),
        ("this weekend", "2024-03-02"),
    ],
)
def test_a_relative_date_is_normalized_when_the_day_is_known(said: str, value: str) -> None:
    found = grade(said, value, today=FRIDAY)
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_DATE), found.why
    unknown = grade(said, value)
    assert (unknown.level, unknown.rule) == (GroundingLevel.REVIEW, GroundingRule.SAME_DATE), unknown.why


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("remind me tomorrow", "2024-03-03"),
        ("remind me the day after tomorrow", "2024-03-02"),
        ("next Friday", "2024-03-09"),
        ("in 3 days", "2024-03-09"),
        ("10 days ago", "2024-03-11"),
    ],
)
def test_a_relative_date_that_is_another_day_is_reviewed(said: str, value: str) -> None:
    assert grade(said, value, today=FRIDAY).rule is GroundingRule.COMPUTED


def test_the_system_prompt_states_the_day() -> None:
    prompt = "You are a helpful assistant.\nThe current date is Friday, March 1, 2024. Founded on May 5, 2015."
    found = grade("remind me tomorrow", "2024-03-02", system_prompt=prompt)
    assert found.level is GroundingLevel.NORMALIZED
    assert "2024-03-01" in found.why
    assert grade("remind me tomorrow", "2015-05-06", system_prompt=prompt).level is GroundingLevel.REVIEW


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [("month", "the calendar of September 2023", "09"), ("year", "in the fall of 2021", "2021"), ("day", "May 5th", 5)],
)
def test_a_part_of_a_date_counts_under_its_name(name: str, said: str, value: object) -> None:
    assert grade(said, value, name=name).level in (GroundingLevel.NORMALIZED, GroundingLevel.LITERAL)


def test_a_month_is_not_a_number_under_another_name() -> None:
    assert grade("the calendar of September 2023", 9, name="month").rule is GroundingRule.SAME_DATE
    assert grade("the calendar of September 2023", 9, name="copies").rule is GroundingRule.COMPUTED


def test_a_unix_time_is_a_date_where_the_argument_says_so() -> None:
    said = "everything since March 5, 2024"
    for value in (1709596800, 1709596800000):
        assert grade(said, value, name="since").rule is GroundingRule.SAME_DATE
        assert grade(said, value, name="n", schema={"description": "Unix time."}).rule is GroundingRule.SAME_DATE
        assert grade(said, value, name="population").rule is GroundingRule.COMPUTED
    assert grade(said, 1709942400, name="since").rule is GroundingRule.COMPUTED


def test_the_reason_quotes_the_words_and_the_turn() -> None:
    assert grade("see you on March 5th", "2024-03-05").why == "'2024-03-05' is 'March 5th' of turn 1"
