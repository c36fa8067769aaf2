"""Numbers are recognized in words, with separators, scales, percentages, signs and as ordinals."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("a loan of $150,000", 150000),
        ("a budget of 10k", 10000),
        ("a budget of 2.5M", 2500000),
        ("two billion people", 2000000000),
        ("twenty-five people", 25),
        ("three hundred and forty two people", 342),
        ("one thousand two hundred people", 1200),
        ("a dozen eggs", 12),
        ("half of it", 0.5),
        ("a rate of 3.5%", 0.035),
        ("a rate of 5 percent", 0.05),
        ("the 20th number", 20),
        ("the third one", 3),
        ("the twelfth one", 12),
        ("10^6 cells", 1000000),
        ("40.7128° N, 74.0060° W", -74.006),
        ("the value 7.50", 7.5),
        ("[10,20,30]", 20),
        ("a couple of tickets", 2),
        ("¾ of a cup", 0.75),
        ("it is −5.0 degrees", -5),
    ],
)
def test_a_number_in_another_form_is_normalized(said: str, value: float) -> None:
    found = grade(said, value, name="n")
    assert (found.level, found.rule) in (
        (GroundingLevel.NORMALIZED, GroundingRule.SAME_NUMBER),
        (GroundingLevel.LITERAL, GroundingRule.AS_GIVEN),
    ), found.why


def test_a_number_as_it_is_written_is_literal() -> None:
    assert grade("add 5 and 7", 7).level is GroundingLevel.LITERAL
    assert grade("add 5 and 7", "7").level is GroundingLevel.LITERAL
    assert grade("add 5.25", 5.25).level is GroundingLevel.LITERAL


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("add 57 and 7.5", 5),
        ("add 57 and 7.5", 7),
        ("a loan of 150,000", 150),
        ("room B12", 2),
        ("a rate of 3.5%", 3.6),
    ],
)
def test_a_part_of_a_number_is_not_the_number(said: str, value: float) -> None:
    found = grade(said, value, name="n")
    assert found.level is not GroundingLevel.LITERAL
    assert value == 150 or found.level is GroundingLevel.REVIEW


def test_a_sign_belongs_to_a_number() -> None:
    assert grade("it is -5 degrees", -5, name="n").level is GroundingLevel.LITERAL
    assert grade("it is -5 degrees", 5, name="n").level is GroundingLevel.REVIEW
    assert grade("pages 3-5", 5, name="n").level is GroundingLevel.LITERAL


def test_elements_of_a_list_may_be_in_a_range() -> None:
    assert grade("floors 5 to 10.", [6]).rule is GroundingRule.SAME_NUMBER
    assert grade("floors 5 to 10.", [11]).rule is GroundingRule.COMPUTED
    assert grade("floors 5 to 10.", 6).rule is GroundingRule.COMPUTED


def test_huge_numbers_do_no_harm() -> None:
    assert grade("9" * 5000 + " 999^999 1e999 " + "1-" + "9" * 5000, 3, name="n").level is GroundingLevel.REVIEW
