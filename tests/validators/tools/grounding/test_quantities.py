"""Measures and durations are recognized in other units and notations."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule

CONVERTED = [
    ("within 5 km", 5000, "radius", "In meters."),
    ("within 3 miles", 4.83, "radius_km", ""),
    ("I weigh 150 lbs", 68, "weight", "Weight in kilograms."),
    ("I am 5 feet 10 inches tall", 178, "height", "Height in cm."),
    ("I am 5 feet 10 inches tall", 70, "height", "Height in inches."),
    ("for 2 hours", 120, "duration_minutes", ""),
    ("for an hour and a half", 90, "duration", "Length in minutes."),
    ("for 1 hour and 30 minutes", 5400, "timeout", "In seconds."),
    ("for half an hour", 1800, "duration", ""),
    ("set it to 70 degrees Fahrenheit", 21, "temperature", "In celsius."),
    ("at most 2 GB", 2048, "memory", "Limit in megabytes."),
    ("two gallons of milk", 7.57, "volume", "In liters."),
    ("10 mph", 16.1, "speed", "In km/h."),
]


@pytest.mark.parametrize(("said", "value", "name", "description"), CONVERTED)
def test_a_measure_in_the_unit_of_the_schema_is_normalized(
    said: str, value: float, name: str, description: str
) -> None:
    found = grade(said, value, name=name, schema={"description": description})
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_QUANTITY), found.why


@pytest.mark.parametrize(
    ("said", "value", "name", "description"),
    [
        ("within 5 km", 5000, "radius", "In miles."),
        ("within 5 km", 4000, "radius", "In meters."),
        ("for a 30-year-old", 3, "level", "How active."),
        ("for a 30-year-old", 3, "weight", "In kilograms."),
        ("set it to 70 degrees Fahrenheit", 25, "temperature", "In celsius."),
    ],
)
def test_another_measure_is_reviewed(said: str, value: float, name: str, description: str) -> None:
    assert grade(said, value, name=name, schema={"description": description}).rule is GroundingRule.COMPUTED


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("for 2 hours", "PT2H"),
        ("for 90 minutes", "01:30"),
        ("every 4 hours", "4h"),
        ("in daily intervals", "1day"),
        ("a 5-minute chart", "5m"),
        ("for 2 weeks", "14 days"),
    ],
)
def test_a_duration_in_another_notation_is_normalized(said: str, value: str) -> None:
    assert grade(said, value).rule is GroundingRule.SAME_QUANTITY


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("in kilometers", "km"),
        ("in Celsius", "C"),
        ("it is 20 °C", "celsius"),
        ("in Celsius", "metric"),
        ("in miles", "imperial"),
        ("5 lbs of it", "pound"),
    ],
)
def test_a_unit_by_another_name_is_normalized(said: str, value: str) -> None:
    found = grade(said, value, name="unit")
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_QUANTITY), found.why


@pytest.mark.parametrize(
    ("said", "value"), [("in miles", "metric"), ("in kilometers", "mi"), ("for two hours", "PT3H")]
)
def test_another_unit_is_reviewed(said: str, value: str) -> None:
    assert grade(said, value, name="unit").level is GroundingLevel.REVIEW


def test_words_that_begin_like_a_unit_are_none() -> None:
    assert grade("apples and pears", 1, name="duration").rule is not GroundingRule.SAME_QUANTITY


def test_an_id_is_no_measure() -> None:
    assert grade("a 1 hour meeting", 60, name="room_id").rule is GroundingRule.INVENTED_ID
