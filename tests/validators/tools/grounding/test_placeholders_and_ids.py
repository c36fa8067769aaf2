"""Placeholders and identifiers that no turn gives are errors."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.dialogue import Call, Role, Turn
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", "your_api_key"),
        ("key", "YOUR-API-KEY"),
        ("p", "my_access_token"),
        ("token", "<token>"),
        ("name", "[Your Name]"),
        ("place", "[city]"),
        ("name", "${name}"),
        ("city", "not provided"),
        ("key", "insert your key"),
        ("name", "{{name}}"),
        ("date", "YYYY-MM-DD"),
        ("time", "HH:MM"),
        ("phone", "xxx-xxx-xxxx"),
        ("to", "someone@example.com"),
        ("image", "https://example.org/picture.png"),
        ("player_id", "SERENA_WILLIAMS_ID"),
        ("user_id", "user_id"),
        ("session", "session_token"),
        ("auth", "token123"),
        ("city", "sample city"),
        ("city", "N/A"),
        ("city", "unknown"),
        ("body", "Dear Ann, see you then. Best, [Your Name]"),
        ("name", "John Doe"),
        ("after", "specific_post_id"),
        ("playlist_id", "ChillPlaylistID"),
        ("artist_id", "Oslo ID"),
        ("match_id", "match_id_for_ann_in_oslo"),
        ("code", "123456"),
        ("city", "CITY_NAME_HERE"),
        ("host", "https://shop.test/a"),
    ],
)
def test_a_placeholder_is_an_error(name: str, value: str) -> None:
    found = grade("please do it for Ann in Oslo", value, name=name, required=False)
    assert (found.level, found.rule) == (GroundingLevel.ERROR, GroundingRule.PLACEHOLDER), found.why


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("to", "someone@example.com"),
        ("name", "John Doe"),
        ("note", "your_api_key"),
        ("city", "sample city"),
        ("id", "ID-7"),
    ],
)
def test_a_placeholder_that_the_user_gave_is_none(name: str, value: str) -> None:
    assert grade(f"use {value} for it", value, name=name).level is GroundingLevel.LITERAL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date_format", "YYYY-MM-DD"),
        ("sort_by", "order_id"),
        ("subject", "Your order is late"),
        ("topic", "sample sizes in surveys"),
        ("code", "print('here')"),
        ("song", "Wish You Were Here"),
        ("package", "org.winnow.test"),
        ("id_type", "passport_id"),
        ("region_id", "northern"),
    ],
)
def test_values_that_only_look_like_placeholders(name: str, value: str) -> None:
    assert grade("write about surveys and orders", value, name=name).rule is not GroundingRule.PLACEHOLDER


@pytest.mark.parametrize(
    ("name", "value", "description"),
    [
        ("task_id", "T-4711", ""),
        ("taskId", 17, ""),
        ("seasonid", 22019, "The season ID to look up."),
        ("order_number", "88213", ""),
        ("vin", "2T1BURHE8FC023456", ""),
        ("password", "hunter", ""),
        ("uri", "spotify:track:1lHC7Vw1AWsN53oX5w6lgy", ""),
        ("reference", "550e8400-e29b-41d4-a716-446655440000", ""),
        ("api_key", "sk-83f0a1", ""),
        ("tconst", "tt1375666", "The title identifier, which starts with tt."),
        ("make", 14, "The make ID of the motorcycles."),
        ("video_id", "EXeTwQWrcwY", ""),
    ],
)
def test_an_id_that_no_turn_gives_is_an_error(name: str, value: object, description: str) -> None:
    for required in (True, False):
        found = grade("finish it for Ann", value, name=name, schema={"description": description}, required=required)
        assert (found.level, found.rule) == (GroundingLevel.ERROR, GroundingRule.INVENTED_ID), found.why


@pytest.mark.parametrize(
    ("name", "value", "description"),
    [
        ("limit", 10, "Maximum number of IDs to return."),
        ("channel_id", "general", ""),
        ("zip", "90210", ""),
        ("valid", 17, "How long it is valid."),
        ("symbol", "AAPL", ""),
        ("category_id", 2, "1 for movies, 2 for series."),
        ("slug", "acme-7", "The unique identifier of the company."),
        ("region_id", "NorthAmerica", ""),
        ("year", 1999, "The ID of the year."),
    ],
)
def test_other_values_are_no_invented_ids(name: str, value: object, description: str) -> None:
    schema = {"description": description}
    assert grade("finish 3 for Ann", value, name=name, schema=schema).level is GroundingLevel.REVIEW


def test_words_of_a_template_do_not_give_it() -> None:
    said = "the stats of Serena Williams, and the game with ID 'NBA20220615'"
    assert grade(said, "SERENA_WILLIAMS_ID", name="player_id").rule is GroundingRule.PLACEHOLDER


def test_a_reserved_address_that_the_user_gave_in_another_form_is_given() -> None:
    assert grade("is example.com up?", "https://example.com", name="url").level is GroundingLevel.NORMALIZED


def test_an_id_that_is_copied_from_the_description_says_so() -> None:
    found = grade("finish it", "T-1", name="task_id", schema={"description": "The id of a task, e.g. T-1."})
    assert found.rule is GroundingRule.INVENTED_ID
    assert found.why.endswith("copied from the description")


def test_an_id_of_an_earlier_result_is_given() -> None:
    turns = (
        Turn(Role.USER, "finish the report"),
        Turn(Role.ASSISTANT, calls=(Call("call_1", "list", {}),)),
        Turn(Role.TOOL, '{"tasks": [{"id": "T-4711", "title": "Report \\u00e4"}, {"id": 12}]}', call_id="call_1"),
    )
    assert grade(turns, "T-4711", name="task_id").level is GroundingLevel.LITERAL
    assert grade(turns, 12, name="task_id").why == "'12' is in turn 3"
    assert grade(turns, "Report ä", name="title").level is GroundingLevel.LITERAL
    assert grade(turns, "T-4712", name="task_id").level is GroundingLevel.ERROR


def test_an_id_that_only_the_assistant_said_is_invented() -> None:
    turns = (Turn(Role.USER, "finish the report"), Turn(Role.ASSISTANT, "Task T-4711?"), Turn(Role.USER, "yes"))
    assert grade(turns, "T-4711", name="task_id").level is GroundingLevel.ERROR
    assert grade(turns, "blue", name="color").rule is GroundingRule.COMPOSED


def test_a_later_turn_gives_nothing() -> None:
    turns = (Turn(Role.USER, "finish the report"),)
    assert grade(turns, "T-4711", name="task_id").level is GroundingLevel.ERROR
