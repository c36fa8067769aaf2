"""The same words are recognized whatever their case, accents, punctuation, inflection and order."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("the Whole Foods in Austin", "whole_foods"),
        ("the Premier League", "PremierLeague"),
        ("a trip to Zürich", "zurich"),
        ("a trip to Sao Paulo", "São Paulo"),
        ("some apples", "apple"),
        ("romantic ballads by Ed Sheeran", "Ed Sheeran romantic ballads"),
        ("climate change solutions", "climate%20change%20solutions"),
        ("the smartest cats by intelligence", "intelligent"),
        ("what's the weather in new york?", "New York"),
        ("Tokyo 的天氣", "tokyo"),
    ],
)
def test_the_same_words_in_another_form_are_normalized(said: str, value: str) -> None:
    found = grade(said, value)
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_WORDS), found.why


def test_words_as_they_are_written_are_literal() -> None:
    assert grade("a trip to Oslo.", "Oslo").level is GroundingLevel.LITERAL
    assert grade("我想知道北京的天气", "北京").level is GroundingLevel.LITERAL


@pytest.mark.parametrize(
    ("said", "value"), [("a trip to York", "New York"), ("a trip to Newport", "Port"), ("pages 4 and 5", "1-5")]
)
def test_a_part_of_the_words_is_not_enough(said: str, value: str) -> None:
    assert grade(said, value).level is GroundingLevel.REVIEW


def test_an_allowed_value_may_abbreviate() -> None:
    said = "sort by date, descending"
    assert grade(said, "date_desc", schema={"enum": ["date_desc", "date_asc"]}).rule is GroundingRule.SAME_WORDS
    assert grade(said, "date_asc", schema={"enum": ["date_desc", "date_asc"]}).rule is GroundingRule.UNNAMED_CHOICE
    assert grade("an appetizer", "app").rule is GroundingRule.COMPOSED
