"""The levels: what is given, what a schema says, what a person should look at, and what nothing gives."""

from __future__ import annotations

import pytest

from tests.support.grounding import dialogue_of, grade
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule
from winnow.validators.tools.grounding.ground import ground

WEATHER = {
    "city": {"type": "string", "description": "The city for which the weather is wanted."},
    "date": {"type": "string", "description": "The day."},
}
"""Arguments of a tool that tells the weather."""


def test_every_value_of_every_call_is_graded() -> None:
    arguments = {
        "guests": [{"name": "Ann", "age": 7}, {"name": "Bob"}],
        "title": "Tea",
        "note": "",
        "tags": [],
        "x": None,
    }
    dialogue = dialogue_of("Tea with Ann, 7, and Bob", arguments)
    found = ground(dialogue)
    assert [one.argument for one in found] == ["guests[0].name", "guests[0].age", "guests[1].name", "title"]
    assert {(one.turn, one.call_id, one.level) for one in found} == {(1, "call_1", GroundingLevel.LITERAL)}


def test_what_follows_a_call_gives_it_nothing() -> None:
    call = Turn(Role.ASSISTANT, calls=(Call("call_1", "act", {"task_id": "T-9"}),))
    dialogue = Dialogue((Turn(Role.USER, "finish it"), call, Turn(Role.TOOL, "T-9 is done", call_id="call_1")))
    assert [one.level for one in ground(dialogue)] == [GroundingLevel.ERROR]


def test_the_default_is_grounded() -> None:
    for schema in ({"default": 10}, {"default": "10"}, {"description": "How many. Defaults to 10."}, {"const": 10}):
        found = grade("list them", 10, name="limit", schema=schema)
        assert (found.level, found.rule) == (GroundingLevel.LITERAL, GroundingRule.SCHEMA_DEFAULT), schema
    assert grade("list them", 1, name="limit", schema={"description": "Defaults to 10."}).level is GroundingLevel.REVIEW


def test_an_allowed_value_that_nothing_names_is_reviewed() -> None:
    for schema in (
        {"enum": ["low", "high"]},
        {"anyOf": [{"enum": ["low", "high"]}, {"type": "null"}]},
        {"$ref": "#/$defs/level"},
        {"description": "Possible values: low, high."},
    ):
        call = Turn(Role.ASSISTANT, calls=(Call("call_1", "act", {"level": "high"}),))
        parameters = {
            "type": "object",
            "properties": {"level": schema},
            "required": ["level"],
            "$defs": {"level": {"enum": ["low", "high"]}},
        }
        dialogue = Dialogue((Turn(Role.USER, "go"), call), (Tool("act", "", parameters),))
        assert [one.rule for one in ground(dialogue)] == [GroundingRule.UNNAMED_CHOICE], schema


@pytest.mark.parametrize(
    ("said", "name", "value", "rule"),
    [
        ("sort it in descending order", "descending", True, "flag"),
        ("a password without special characters", "include_special", False, "flag"),
        ("exclude adult titles", "include_adult", False, "flag"),
        ("a password without special characters", "include_special", True, "unnamed_choice"),
        ("sort it in descending order", "descending", False, "unnamed_choice"),
        ("sort it", "descending", False, "unnamed_choice"),
    ],
)
def test_booleans(said: str, name: str, value: bool, rule: str) -> None:
    assert grade(said, value, name=name).rule == rule


def test_each_part_of_a_list_in_a_string_is_looked_for() -> None:
    found = grade("compare apples and 1,200 pears", "apple, 1200", name="what")
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.EACH_PART)
    assert grade("compare apples and pears", "apple, plum", name="what").level is GroundingLevel.REVIEW
    unsure = grade("from Germany in twenty pesos", "de-DE, MXN", name="what")
    assert (unsure.level, unsure.rule) == (GroundingLevel.REVIEW, GroundingRule.EACH_PART)


@pytest.mark.parametrize(("name", "value"), [("latitude", 59.91), ("lon2", "10.75"), ("location", "59.91,10.75")])
def test_coordinates_of_a_place_are_reviewed(name: str, value: object) -> None:
    assert grade("the weather in Oslo", value, name=name).rule is GroundingRule.COORDINATE


def test_what_only_the_assistant_said_is_reviewed() -> None:
    turns = (
        Turn(Role.USER, "paint my bedroom walls"),
        Turn(Role.ASSISTANT, "Shall I take turquoise?"),
        Turn(Role.USER, "yes, perfect"),
    )
    assert grade(turns, "turquoise", name="color").rule is GroundingRule.ASSISTANT_ONLY


def test_composed_text_and_knowledge_are_reviewed() -> None:
    assert grade("tell Ann that I am late", "I am running about ten minutes late.").rule is GroundingRule.COMPOSED
    assert grade("the stock price of Tesla", "TSLA").rule is GroundingRule.COMPOSED


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("What's the weather?", "city", "Oslo"),
        ("How is the weather in the city going to be?", "city", "New York"),
        ("What's the weather in Oslo?", "date", "2024-05-01"),
        ("Book a flight to Oslo", "passengers", 4),
        ("Book a flight to Oslo and back", "passengers", 3),
        ("Set an alarm", "time", "07:15"),
    ],
)
def test_a_required_value_that_nothing_gives_is_an_error(said: str, name: str, value: object) -> None:
    arguments = {"city": "Oslo", name: value} if "Oslo" in said else {name: value}
    properties = {one: WEATHER.get(one, {}) for one in arguments}
    found = ground(dialogue_of(said, arguments, properties, description="Tells the weather, sets an alarm."))[-1]
    assert (found.level, found.rule) == (GroundingLevel.ERROR, GroundingRule.NOTHING_GIVEN), found.why
    optional = ground(dialogue_of(said, arguments, properties, required=False, description="Weather, alarm."))[-1]
    assert (optional.level, optional.rule) == (GroundingLevel.REVIEW, GroundingRule.NOTHING_GIVEN)


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("What's the weather in the capital of Norway?", "city", "Oslo"),
        ("Who won the World Cup in Qatar?", "year", 2022),
        ("Call it a day on Labor Day", "date", "2024-09-02"),
        ("Book a flight for me", "passengers", 1),
        ("Book a flight for me and my wife", "passengers", 2),
        ("How far is it?", "value", "home"),
        ("Wake me in the morning", "time", "07:15"),
        ("Book a flight for two days later", "date", "2024-09-02"),
    ],
)
def test_a_required_value_that_something_may_give_is_reviewed(said: str, name: str, value: object) -> None:
    assert grade(said, value, name=name).level is GroundingLevel.REVIEW


def _rule(said: str, arguments: dict[str, object], asked: str) -> GroundingRule:
    found = ground(dialogue_of(said, arguments, description="Converts money, tells the distance, lets people fly."))
    return next(one.rule for one in found if one.argument == asked)


@pytest.mark.parametrize(
    ("said", "arguments", "asked"),
    [
        ("convert 500 to Euros", {"amount": 500, "to_currency": "EUR", "from_currency": "USD"}, "from_currency"),
        ("convert USD to Euros", {"amount": 500, "to_currency": "EUR", "from_currency": "USD"}, "amount"),
        ("a loan of $5000 at 4%", {"value": 5000, "rate": 0.04, "months": 36}, "months"),
        ("the distance to Bergen", {"location1": "Oslo", "location2": "Bergen"}, "location1"),
        ("fly to Bergen", {"origin": "Oslo", "destination": "Bergen"}, "origin"),
        ("fly on May 5th", {"departure_date": "2024-05-05", "return_date": "2024-05-12"}, "return_date"),
        ("see you at 3pm", {"start": "15:00", "end": "17:00"}, "end"),
    ],
)
def test_what_gives_another_argument_does_not_give_this_one(
    said: str, arguments: dict[str, object], asked: str
) -> None:
    assert _rule(said, arguments, asked) is GroundingRule.NOTHING_GIVEN


@pytest.mark.parametrize(
    ("said", "arguments", "asked"),
    [
        ("27 extroverts and 28 introverts", {"extroverts": 27, "introverts": 28, "total": 55}, "total"),
        ("3 shirts for $20 each", {"count": 3, "price": 20, "sum": 60}, "sum"),
        ("58 guests with 20 adults", {"guests": 58, "adults": 20, "others": 38}, "others"),
        ("share 90 among 3", {"total": 90, "people": 3, "each": 30}, "each"),
        ("half of 90", {"whole": 90, "part": 45}, "part"),
        ("from the 11th result", {"result": 11, "skip": 10}, "skip"),
        ("three nights from May 5th", {"checkin": "2024-05-05", "nights": 3, "checkout": "2024-05-08"}, "checkout"),
        ("at 3pm for 2 hours", {"start": "15:00", "hours": 2, "end": "17:00"}, "end"),
        ("a moderately active man of 30", {"age": 30, "activity_level": 3}, "activity_level"),
        ("the weather in Oslo", {"city": "Oslo", "country": "Norway"}, "country"),
        ("a growth of 4% for 3 years", {"growth": 0.04, "years": 3, "rates": "[0.04] * 3"}, "rates"),
        ("the calendar of May 5", {"day": 5, "month": 9}, "month"),
    ],
)
def test_what_gives_another_argument_may_give_this_one_too(said: str, arguments: dict[str, object], asked: str) -> None:
    assert _rule(said, arguments, asked) in (GroundingRule.COMPUTED, GroundingRule.COMPOSED)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("今天天气怎么样", "2026-03-02"),
        ("¿qué tiempo hace mañana?", "2026-03-03"),
        ("quel temps fera-t-il demain ?", "2026-03-03"),
        ("wie wird morgen das wetter", "2026-03-03"),
        ("расскажи про погоду завтра", "2026-03-03"),
    ],
)
def test_nothing_is_missing_in_a_language_that_the_rules_do_not_know(said: str, value: str) -> None:
    assert grade(said, value, name="date").rule is GroundingRule.COMPUTED


def test_a_default_means_that_nobody_has_to_be_asked() -> None:
    assert grade("What's the weather?", "Oslo", schema={"default": "Rome"}).level is GroundingLevel.REVIEW


def test_an_unknown_tool_requires_nothing() -> None:
    call = Turn(Role.ASSISTANT, calls=(Call("call_1", "other", {"city": "Oslo"}),))
    assert [one.level for one in ground(Dialogue((Turn(Role.USER, "the weather?"), call)))] == [GroundingLevel.REVIEW]


def test_the_system_prompt_gives_values() -> None:
    found = grade("what is my balance", "U-77", name="user_id", system_prompt="The user is U-77.")
    assert found.why == "'U-77' is in the system prompt"
