"""What each rule makes of a dialogue, and what it refuses because the result would be ambiguous."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.config.load import parse_task
from winnow.core.example import record_id
from winnow.generators.dialogue_rules import DIALOGUE_RULES
from winnow.generators.dialogue_rules.dialogue_rule import Contrast, DialogueSeed, RefusedContrast, RuleContext
from winnow.generators.dialogue_rules.make_contrasts import make_contrasts, read_seeds, rule_context
from winnow.generators.dialogue_rules.removed_phrase import without_phrase
from winnow.generators.dialogue_rules.single_call import single_call
from winnow.generators.dialogue_rules.tool_purpose import could_serve_instead, purpose_phrase
from winnow.generators.proposal import SeedRecord
from winnow.generators.proposal_problems import proposal_problem
from winnow.validators.kinds.tools import TOOLS, content_of
from winnow.validators.tools.behavior import derived_label
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.style import answer_forms

TASK = parse_task("name: t\nkind: tools\n").model_copy(update={"confusable": [("archive_note", "delete_note")]})


def tool(name: str, description: str, required: str = "", **properties: Mapping[str, Any]) -> Tool:
    schema = {"type": "object", "properties": {**properties}, "required": required.split()}
    return Tool(name, description, schema)


TEXT = {"type": "string"}

WEATHER = tool("get_weather", "Look up the forecast.", "city", city=TEXT, date={"type": "string", "format": "date"})

NOTE = tool("archive_note", "Move a note into the archive.", "note_id", note_id=TEXT)

DELETE = tool("delete_note", "Remove a note for good.", "note_id", note_id=TEXT)

MAIL = tool(
    "send_mail",
    "Send a mail.",
    "to body",
    to={"type": "array", "items": TEXT},
    body=TEXT,
    priority={"type": "string", "enum": ["low", "high"]},
)

PLAY = tool("play_song", "Play a song.", "song", song=TEXT)


def seed(
    asked: str, called: Tool, *others: Tool, prose: str = "I'll look.", before: tuple[Turn, ...] = (), **arguments: Any
) -> DialogueSeed:
    """A dialogue in which one call answers a request."""
    answer = Turn(Role.ASSISTANT, prose, (Call("call_1", called.name, arguments),))
    tools = tuple(sorted((called, *others), key=lambda one: one.name))
    request = single_call(Dialogue((*before, Turn(Role.USER, asked), answer), tools))
    assert request is not None
    return DialogueSeed(f"{asked} {called.name}", called.name, request)


def made(rule: str, one: DialogueSeed, **context: Any) -> Contrast | RefusedContrast:
    return DIALOGUE_RULES[rule].contrast(one, RuleContext("key", **context))


def turns(found: Contrast | RefusedContrast) -> tuple[str, str, list[tuple[str, Mapping[str, Any]]]]:
    """The request, the text and the calls of the answer."""
    assert isinstance(found, Contrast), found
    asked, answer = found.dialogue.turns[-2:]
    return asked.content, answer.content, [(call.name, call.arguments) for call in answer.calls]


@pytest.mark.parametrize(
    ("found", "asks_for_one"), [("Two notes are about it. Which one should I delete?", True), ("There are two.", False)]
)
def test_a_request_whose_call_only_finds_what_to_ask_about_needs_more_calls(found: str, asks_for_one: bool) -> None:
    turns = (
        Turn(Role.USER, "Delete the note about the attic."),
        Turn(Role.ASSISTANT, "", (Call("call_1", "list_notes", {}),)),
        Turn(Role.TOOL, "[]", call_id="call_1"),
        Turn(Role.ASSISTANT, found),
        Turn(Role.USER, "note_2, please"),
        Turn(Role.ASSISTANT, "", (Call("call_2", "delete_note", {"note_id": "note_2"}),)),
    )
    request = single_call(Dialogue(turns, (DELETE, tool("list_notes", "Show all."))))
    assert request is not None
    assert request.calls_follow is asks_for_one


@pytest.mark.parametrize("rule", ["drop_needed_tool", "blank_needed_value", "join_requests", "swap_confusable_tool"])
def test_a_contrast_to_a_whole_request_is_not_made_of_its_first_call(rule: str) -> None:
    one = seed("Will it rain in Oslo?", WEATHER, MAIL, city="Oslo")
    more = replace(one, request=replace(one.request, calls_follow=True))
    assert made(rule, one) != "more_calls_follow" == made(rule, more)


OSLO = seed("Will it rain in Oslo?", WEATHER, MAIL, city="Oslo")


def test_without_the_needed_tool_the_assistant_is_unable() -> None:
    found = made("drop_needed_tool", OSLO)
    asked, answer, calls = turns(found)
    assert isinstance(found, Contrast)
    assert (asked, calls, found.label) == ("Will it rain in Oslo?", [], "unable")
    assert [one.name for one in found.dialogue.tools] == ["send_mail"]
    assert derived_label(found.dialogue).label == "unable"
    assert "tool" in answer


@pytest.mark.parametrize(
    ("others", "confusable", "reason"),
    [
        ((), {}, "no_other_tool"),
        ((MAIL,), {"get_weather": frozenset({"send_mail"})}, "other_tool_could_serve"),
        ((tool("fetch_weather", "Rain and snow of today."),), {}, "other_tool_could_serve"),
        ((tool("climate", "Averages of past years."),), {}, None),
        ((tool("climate", "Long forecast to look at."),), {}, "other_tool_could_serve"),
    ],
)
def test_a_tool_is_not_dropped_where_another_could_serve(
    others: tuple[Tool, ...], confusable: Any, reason: str | None
) -> None:
    found = made(
        "drop_needed_tool", seed("Will it rain in Oslo?", WEATHER, *others, city="Oslo"), confusable=confusable
    )
    assert found == reason if reason else isinstance(found, Contrast)


def test_tools_for_the_same_thing_with_other_verbs_do_not_serve() -> None:
    assert not could_serve_instead(tool("list_tasks", "Show what is open."), [tool("update_task", "Change one.")], ())
    assert could_serve_instead(tool("list_tasks", "Show what is open."), [tool("find_task", "Search by title.")], ())
    assert could_serve_instead(tool("forward_geocode", "Find a place."), [tool("geocode", "Locate it.")], ())


def test_what_an_assistant_can_work_out_itself_needs_no_tool() -> None:
    add = tool("add", "Calculates the sum of two numbers.", "a b", a={"type": "integer"}, b={"type": "integer"})
    assert made("drop_needed_tool", seed("What is 2 and 3?", add, MAIL, a=2, b=3)) == "answerable_without_tool"
    smallest = tool("smallest", "Finds the smallest number of a list.", "n", n={"type": "array"})
    assert made("drop_needed_tool", seed("Smallest of 1, 2?", smallest, MAIL, n=[1, 2])) == "answerable_without_tool"
    recipes = tool("go", "Fetch recipes for a dish.", "dish", dish=TEXT)
    assert made("drop_needed_tool", seed("How do I cook a risotto?", recipes, MAIL, dish="risotto")) == (
        "answerable_without_tool"
    )


def test_without_a_required_value_the_assistant_asks_for_it() -> None:
    found = made("blank_needed_value", OSLO)
    asked, answer, calls = turns(found)
    assert isinstance(found, Contrast)
    assert (asked, calls, found.label) == ("Will it rain?", [], "ask")
    assert "city" in answer
    assert answer.endswith("?")
    on_friday = seed("Put the vet down for Friday at 9:30.", EVENT, title="Vet", date="2026-03-06", start_time="09:30")
    assert turns(made("blank_needed_value", on_friday))[0] == "Put the vet down at 9:30."


EVENT = tool("create_event", "Enter something.", "title date start_time", title=TEXT, date=TEXT, start_time=TEXT)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (seed("Will it rain in Oslo or in Bergen, or only in Oslo?", WEATHER, city="Oslo"), "value_elsewhere"),
        (seed("Oslo weather?", WEATHER, city="Oslo"), "reads_broken"),
        (seed("Is it warmer in Oslo than Rome?", WEATHER, city="Oslo"), "reads_broken"),
        (seed("What is in Oslo?", WEATHER, city="Oslo"), "reads_broken"),
        (seed("Will it rain there?", WEATHER, city="Oslo"), "no_such_value"),
        (seed("Please get rid of the note with ID 8812.", DELETE, tool("list_notes", "All."), note_id="8812"),
         "other_tool_could_serve"),
        (seed("Please run it for 8812.", tool("run", "Run.", "q", q=TEXT), q="8812"), "no_words_for_it"),
        (seed("Will it rain in Oslo?", WEATHER, city="Oslo", before=(
            Turn(Role.USER, "I am in Oslo."), Turn(Role.ASSISTANT, "Fine."))), "value_elsewhere"),
    ],
)  # fmt: skip
def test_a_value_is_not_blanked_where_it_is_still_given_or_the_turn_breaks(one: DialogueSeed, reason: str) -> None:
    assert made("blank_needed_value", one) == reason


@pytest.mark.parametrize(
    ("text", "value", "name", "left"),
    [
        ("Will it rain in Oslo tomorrow?", "Oslo", "city", "Will it rain tomorrow?"),
        ("Show the details for the user with the username 'kim'.", "kim", "username", "Show the details for the user."),
        ("What is a product priced at 30?", "30", "price", None),
        ("Is a room free from 2026-03-01 to 2026-03-04?", "2026-03-01", "checkin", None),
        ("I take a sample size of 500. What now?", "500", "sample_size", None),
        ("Will it rain in New York City?", "New York", "city", None),
        ("Tell me about Oslo.", "Oslo", "city", None),
        ("Compare both with an error level of 0.01.", "0.01", "alpha", None),
    ],
)
def test_a_phrase_is_removed_only_where_the_rest_reads_well(text: str, value: str, name: str, left: str | None) -> None:
    assert without_phrase(text, value, name) == left


def test_a_question_about_a_tool_is_answered_from_its_description() -> None:
    found = [made("ask_about_tool", replace(OSLO, request=OSLO.request), place=place) for place in range(6)]
    assert found[5] == "asked_already"
    texts = [turns(one) for one in found[:5]]
    assert len({asked for asked, _, _ in texts}) == 5
    for (asked, answer, calls), one in zip(texts, found, strict=False):
        assert isinstance(one, Contrast)
        assert (one.label, calls, derived_label(one.dialogue).label) == ("direct", [], "direct")
        assert "look up the forecast" in asked.lower()
        assert "look up the forecast" in answer.lower()
    assert sum("the city" in answer for _, answer, _ in texts) == 2


@pytest.mark.parametrize(
    ("description", "phrase"),
    [
        ("Retrieves the price of a coin using the Coin API.", "get the price of a coin"),
        ("List tasks, open ones by default.", "list tasks"),
        ("Check the date, the time and the place.", "check the date, the time and the place"),
        ("Calculates and returns the sum.", None),
        ("Weather forecast, for today by default.", None),
        ("Get data from the `/v1` endpoint.", None),
    ],
)
def test_a_description_becomes_a_phrase_only_where_a_person_would_say_it(description: str, phrase: str | None) -> None:
    assert purpose_phrase(tool("t", description)) == phrase


def test_two_requests_in_one_turn_have_both_calls() -> None:
    other = seed("Play a song by ABBA.", PLAY, song="ABBA")
    found = made("join_requests", OSLO, partners=[OSLO, other])
    asked, _, calls = turns(found)
    assert isinstance(found, Contrast)
    assert asked.startswith("Will it rain in Oslo?")
    assert asked.endswith(" play a song by ABBA.")
    assert calls == [("get_weather", {"city": "Oslo"}), ("play_song", {"song": "ABBA"})]
    assert found.label == "get_weather+play_song"
    assert [one.name for one in found.dialogue.tools] == ["get_weather", "play_song", "send_mail"]


def test_requests_are_not_joined_where_one_refers_to_the_other_or_both_call_one_tool() -> None:
    assert made("join_requests", OSLO, partners=[OSLO]) == "no_partner"
    assert made("join_requests", seed("Play it again.", PLAY, song="x"), partners=[OSLO]) == "reads_broken"
    same_name = seed("Play a song by ABBA.", tool("send_mail", "Another tool."))
    assert made("join_requests", OSLO, partners=[same_name]) == "no_partner"


def test_a_confusable_tool_takes_over_where_one_word_tells_them_apart() -> None:
    confusable = {"delete_note": frozenset({"archive_note"})}
    one = seed("Please delete note n_12", DELETE, NOTE, note_id="n_12")
    asked, _, calls = turns(made("swap_confusable_tool", one, confusable=confusable))
    assert (asked, calls) == ("Please archive note n_12", [("archive_note", {"note_id": "n_12"})])
    reasoned = seed("Please delete note n_12, it is wrong", DELETE, NOTE, note_id="n_12")
    assert made("swap_confusable_tool", reasoned, confusable=confusable) == "reads_broken"
    assert made("swap_confusable_tool", one) == "not_confusable"
    to_mail = {"delete_note": frozenset({"send_mail"})}
    mailed = seed("Please delete note n_12", DELETE, MAIL, note_id="n_12")
    assert made("swap_confusable_tool", mailed, confusable=to_mail) == "arguments_do_not_map"


def test_an_id_tells_which_of_two_confusable_tools_is_meant() -> None:
    event = tool("delete_event", "Remove an appointment.", "event_id", event_id=TEXT)
    task = tool("delete_task", "Remove a task.", "task_id", task_id=TEXT)
    confusable = {"delete_event": frozenset({"delete_task"})}

    def swapped(asked: str, other: Tool = task) -> Contrast | RefusedContrast:
        one = seed(asked, event, other, event_id="event_48")
        return made("swap_confusable_tool", one, confusable=confusable)

    found = swapped("Cancel event_48 please")
    asked, _, calls = turns(found)
    assert (asked, calls) == ("Cancel task_48 please", [("delete_task", {"task_id": "task_48"})])
    assert isinstance(found, Contrast)
    assert found.label == "delete_task"
    for contradicting in ("Cancel the event event_48", "Take event_48 out of my calendar", "Drop event_48: event_48"):
        assert swapped(contradicting) == "reads_broken"
    reasoned = tool("delete_task", "Remove a task.", "task_id reason", task_id=TEXT, reason=TEXT)
    assert swapped("Cancel event_48 please", reasoned) == "arguments_do_not_map"


@pytest.mark.parametrize(
    ("one", "before"),
    [
        (seed("Please delete note n_123 now", DELETE, note_id="n_123"), "n_123"),
        (seed("Will it rain in Oslo on 2026-03-14?", WEATHER, city="Oslo", date="2026-03-14"), "2026-03-14"),
        (seed("Will it rain in Oslo on March 14?", WEATHER, city="Oslo", date="2026-03-14"), "March 14"),
        (seed("Roll 12 dice", tool("roll", "Roll dice.", "dice", dice={"type": "integer"}), dice=12), "12"),
    ],
)
def test_another_value_is_in_turn_and_call_alike(one: DialogueSeed, before: str) -> None:
    found = made("change_value", one)
    asked, _, calls = turns(found)
    assert isinstance(found, Contrast)
    assert before not in asked
    assert before not in json.dumps(calls)
    assert found.label == one.request.call.name
    assert proposal_problem(_as_proposal(found, found.label), TASK) is None


def test_a_value_does_not_change_where_something_else_would_have_to() -> None:
    dated = {"city": "Oslo", "date": "2026-03-14"}
    weekday = seed("Will it rain in Oslo on Saturday, 2026-03-14?", WEATHER, **dated)
    assert made("change_value", weekday) == "value_elsewhere"
    twice = seed("Delete note n_123, n_123 is wrong", DELETE, note_id="n_123")
    assert made("change_value", twice) == "value_elsewhere"
    prompted = seed("Delete note n_123", DELETE, note_id="n_123")
    assert made("change_value", prompted, system_prompt="Never delete n_123.") == "value_elsewhere"
    assert made("change_value", OSLO) == "no_such_value"
    stay = tool("find_room", "Find a room.", "start end", start=TEXT, end=TEXT)
    booked = seed("Is a room free from 2026-03-01 to 2026-03-04?", stay, start="2026-03-01", end="2026-03-04")
    assert made("change_value", booked) == "value_elsewhere"
    roll = tool("roll", "Roll dice.", "dice", dice={"type": "integer"})
    assert made("change_value", seed("Can 3 dice have a sum of 9?", roll, dice=3)) == "value_elsewhere"


def test_an_optional_argument_comes_and_goes_with_its_words() -> None:
    one = seed("Will it rain in Oslo on 2026-03-14?", WEATHER, city="Oslo", date="2026-03-14")
    asked, prose, calls = turns(made("remove_optional_argument", one))
    assert (asked, prose, calls) == ("Will it rain in Oslo?", "I'll look that up.", [("get_weather", {"city": "Oslo"})])
    assert made("remove_optional_argument", OSLO) == "no_such_value"
    update = tool("update_note", "Change a note.", "note_id", note_id=TEXT, title=TEXT)
    renamed = seed("Change the note n_12 to Milk", update, note_id="n_12", title="Milk")
    assert made("remove_optional_argument", renamed) == "no_such_value"
    mail = seed("Write hi to kim@example.com", MAIL, to=["kim@example.com"], body="hi")
    asked, _, calls = turns(made("add_optional_argument", mail))
    (name, arguments) = calls[0]
    assert name == "send_mail"
    assert arguments["priority"] in asked
    assert "priority" in asked
    assert made("add_optional_argument", OSLO) == "no_such_value"


def test_tools_are_renamed_alike_in_tools_and_call() -> None:
    found = made("rename_tools", OSLO)
    _, _, ((name, _),) = turns(found)
    assert isinstance(found, Contrast)
    assert found.label == name != "get_weather"
    assert name in [one.name for one in found.dialogue.tools]
    assert "get_weather" not in content_of(found.dialogue)
    assert made("rename_tools", OSLO, task_tools=frozenset({"get_weather"})) == "tool_of_the_task"
    assert made("rename_tools", OSLO, system_prompt="Use get_weather often.") == "named_in_text"


SEEDS = [
    SeedRecord(record_id("tools", content), content, "", one.label, f"g{number}")
    for number, one in enumerate(
        [
            OSLO,
            seed("Play a song by ABBA", PLAY, song="ABBA"),
            seed("Please delete note n_123", DELETE, NOTE, MAIL, note_id="n_123"),
            seed("Will it snow in Bergen on 2026-03-14?", WEATHER, PLAY, city="Bergen", date="2026-03-14"),
            seed("Write hi to kim@example.com", MAIL, WEATHER, to=["kim@example.com"], body="hi"),
        ]
    )
    for content in [content_of(one.request.with_calls(one.request.asked, (one.request.call,)))]
]


def _as_proposal(found: Contrast, label: str) -> Any:
    from winnow.generators.proposal import Proposal

    return Proposal(content_of(found.dialogue), label)


@given(st.text(max_size=8), st.sampled_from(list(DIALOGUE_RULES)))
def test_whatever_the_key_every_contrast_is_valid_and_the_same_again(key: str, name: str) -> None:
    read = read_seeds(SEEDS)
    context = rule_context(TASK, read, key)
    found = make_contrasts(DIALOGUE_RULES[name], read, context, TASK)
    assert found == make_contrasts(DIALOGUE_RULES[name], read, context, TASK)
    assert len(found.proposals) + sum(found.refused.values()) == len(SEEDS)
    for one in found.proposals:
        assert proposal_problem(one, TASK) is None
        assert TOOLS.target_of(one.content, one.label, TASK) == one.label
        forms = answer_forms(Dialogue(*_parts(one.content)))
        assert all(form.length in ("none", "one_sentence") for form in forms.values())
        assert one.seed in {seed.id for seed in SEEDS}


def _parts(content: str) -> tuple[Any, ...]:
    from winnow.validators.kinds.tools import dialogue_of

    dialogue = dialogue_of(content)
    return dialogue.turns, dialogue.tools


def test_every_rule_makes_something_of_these_seeds_or_says_why_not() -> None:
    read = read_seeds(SEEDS)
    context = rule_context(TASK, read, "key")
    yields = {name: len(make_contrasts(rule, read, context, TASK).proposals) for name, rule in DIALOGUE_RULES.items()}
    assert yields == {
        "drop_needed_tool": 3,
        "blank_needed_value": 2,
        "ask_about_tool": 4,
        "join_requests": 5,
        "swap_confusable_tool": 1,
        "change_value": 2,
        "remove_optional_argument": 1,
        "add_optional_argument": 1,
        "rename_tools": 5,
    }
