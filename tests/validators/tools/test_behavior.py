from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.public_data import public_data
from winnow.validators.tools.behavior import Behavior, Certain, Proposed, derived_label
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.missing_arguments import (
    ValueKind,
    asked_arguments,
    may_be_given,
    name_words,
    requests_in,
    value_kind,
)
from winnow.validators.tools.schemas.read_tools import read_tools


def tool(name: str, description: str, required: list[str], **properties: dict[str, Any]) -> Tool:
    return Tool(name, description, {"type": "object", "properties": properties, "required": required})


BOOK = tool(
    "book_table",
    "Book a table in a restaurant.",
    ["restaurant", "guests", "day", "startTime"],
    restaurant={"type": "string"},
    guests={"type": "integer"},
    day={"type": "string", "format": "date"},
    startTime={"type": "string", "format": "time"},
    remark={"type": "string"},
)
CANCEL = tool("cancel_booking", "Cancel a booking.", ["booking_id"], booking_id={"type": "string"})
INVITE = tool(
    "invite",
    "Send an invitation.",
    ["to", "tone"],
    to={"type": "string", "format": "email"},
    tone={"enum": ["formal", "casual"]},
)
WEATHER = tool("get_weather", "Weather of a place.", ["city"], city={"type": "string"})
TOOLS = (BOOK, CANCEL, INVITE, WEATHER)


def label_of(user: str, answer: str, tools: tuple[Tool, ...] = TOOLS) -> Certain | Proposed:
    return derived_label(Dialogue((Turn(Role.USER, user), Turn(Role.ASSISTANT, answer)), tools))


def test_calls_give_the_sorted_names_of_their_tools() -> None:
    def calling(*names: str, train: bool = True) -> Turn:
        return Turn(Role.ASSISTANT, calls=tuple(Call(name, name, {}) for name in names), train=train)

    turns = (Turn(Role.USER, "Hi"), calling("b", "a"), Turn(Role.TOOL, "x", call_id="b"), calling("b"))
    found = derived_label(Dialogue(turns, TOOLS))
    assert isinstance(found, Certain)
    assert found.label == "a+b"
    failed = (Turn(Role.USER, "Hi"), calling("c", train=False), Turn(Role.TOOL, "x", call_id="c"), calling("b"))
    assert derived_label(Dialogue(failed, TOOLS)).label == "b"


def test_without_tools_it_is_general() -> None:
    found = label_of("Write a poem.", "I don't have a tool for that. What is the city?", ())
    assert found == Certain(Behavior.GENERAL, "no tools are offered")


def test_without_a_trained_turn_nothing_is_certain() -> None:
    turns = (Turn(Role.USER, "Hi"), Turn(Role.ASSISTANT, "Hello.", train=False))
    assert isinstance(derived_label(Dialogue(turns, TOOLS)), Proposed)


@pytest.mark.parametrize(
    ("user", "answer"),
    [
        ("Book a table at Luigi's on Friday at 7 pm.", "How many guests will there be?"),
        ("Book a table at Luigi's for four at 19:00.", "On which day would you like to come?"),
        ("A table at Luigi's on March 3rd, please.", "At what time should I book it?"),
        ("A table for four on the 21st.", "When would you like to come? I need the start time."),
        ("Cancel my dinner.", "Could you please give me the booking ID?"),
        ("Cancel my booking for 5 pm on the 3rd.", "I'll need the id of the booking."),
        ("Invite Bob in a formal tone.", "What is Bob's e-mail address?"),
        ("Invite bob@example.com.", "Should the tone be formal or casual?"),
        ("How is the weather?", "For which city?"),
        ("What's the weather like", "Sure, I can help. Please tell me the city."),
    ],
)
def test_a_question_for_a_value_that_was_not_given_is_ask(user: str, answer: str) -> None:
    found = label_of(user, answer)
    assert isinstance(found, Certain), found
    assert found.label == Behavior.ASK


@pytest.mark.parametrize(
    ("user", "answer", "why"),
    [
        ("A table for four on Friday at seven.", "How many guests will there be?", "may have given it"),
        ("Cancel booking_17.", "Could you please give me the booking ID?", "may have given it"),
        ("Invite bob@example.com formally.", "What is the e-mail address?", "may have given it"),
        ("Weather in Rome?", "For which city?", "may have given it"),
        ("Book something nice.", "What kind of food do you prefer?", "names no required argument"),
        ("Book a table.", "Any remark for the kitchen?", "names no required argument"),
    ],
)
def test_another_question_is_proposed_as_ask(user: str, answer: str, why: str) -> None:
    found = label_of(user, answer)
    assert isinstance(found, Proposed)
    assert (found.label, why in found.why) == (Behavior.ASK, True)


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I don't have the ability to order pizza.",
        "I currently don’t have a tool for that.",
        "None of the available tools can play music.",
        "The provided functions don't cover trains. Is there anything else I can do?",
        "That is beyond my capabilities.",
        "My current capabilities are limited to tables and the weather. Would you like me to book a table?",
        "Unfortunately, there is no function to order pizza.",
        "I can't order pizza. I can book a table.",
        "I'm unable to order pizza, but I can book a table for you.",
    ],
)
def test_a_refusal_that_names_the_missing_tool_is_unable(answer: str) -> None:
    found = label_of("Order a pizza.", answer)
    assert isinstance(found, Certain), found
    assert found.label == Behavior.UNABLE


@pytest.mark.parametrize(
    "answer",
    [
        "I can't do that.",
        "I can't cancel it, because the policy forbids it. I can book another table.",
        "I don't have the ability to waive the fee; the policy is firm.",
        "I don't have a tool for pizza. In which city are you?",
        "I'm unable to cancel it without the booking number. I can book another table.",
    ],
)
def test_a_refusal_for_another_reason_is_only_proposed(answer: str) -> None:
    found = label_of("Order a pizza.", answer)
    assert isinstance(found, Proposed), found
    assert found.label == Behavior.UNABLE


def test_a_refusal_after_results_is_only_proposed() -> None:
    call = Turn(Role.ASSISTANT, calls=(Call("a", "get_weather", {"city": "Rome"}),), train=False)
    answer = Turn(Role.ASSISTANT, "I can't find Rome. But I can book a table.")
    turns = (Turn(Role.USER, "Weather in Rome?"), call, Turn(Role.TOOL, "error", call_id="a"), answer)
    assert isinstance(derived_label(Dialogue(turns, TOOLS)), Proposed)


@pytest.mark.parametrize("user", ["Hi!", "Thank you so much, have a great day", "ok thanks", "Hello there"])
def test_an_answer_to_a_pleasantry_is_direct(user: str) -> None:
    assert label_of(user, "You're welcome.") == Certain(
        Behavior.DIRECT, "the user says only a greeting, thanks or a farewell"
    )


@pytest.mark.parametrize(
    ("user", "answer"),
    [
        ("What does RSVP mean?", "It asks for an answer to an invitation."),
        ("How do I sharpen a knife?", "Most tools don't need much: draw the blade over a stone. No tools are needed."),
        ("Which language is best for this?", "There is no function in C that does it. Use Python."),
        ("Book a table.", "Your table is booked."),
        ("Is it going to rain?", "Let me know if it does."),
    ],
)
def test_another_answer_is_proposed_as_direct(user: str, answer: str) -> None:
    found = label_of(user, answer)
    assert isinstance(found, Proposed), found
    assert found.label == Behavior.DIRECT


def test_the_last_trained_turn_decides() -> None:
    turns = (
        Turn(Role.USER, "Order a pizza."),
        Turn(Role.ASSISTANT, "I don't have a tool for that."),
        Turn(Role.USER, "Cancel my dinner then."),
        Turn(Role.ASSISTANT, "What is the booking id?"),
    )
    assert derived_label(Dialogue(turns, TOOLS)).label == Behavior.ASK
    assert (
        derived_label(Dialogue((*turns[:3], Turn(Role.ASSISTANT, "No.", train=False)), TOOLS)).label == Behavior.UNABLE
    )


def test_only_the_last_turn_of_the_user_is_a_pleasantry() -> None:
    turns = (
        Turn(Role.USER, "Hello!"),
        Turn(Role.ASSISTANT, "Hello."),
        Turn(Role.USER, "What is a tort?"),
        Turn(Role.ASSISTANT, "A wrong."),
    )
    assert isinstance(derived_label(Dialogue(turns, TOOLS)), Proposed)


@pytest.mark.parametrize(
    ("user", "answer", "why"),
    [
        ("Hm.", "Which color? Which shape?", "a request that names no required argument: 'Which color?'"),
        ("Hm.", "I don't have a tool for it. Why? Really?", "a refusal, but also a request: 'Why?'"),
        (
            "Book Luigi's for 4 on Friday at 7 pm.",
            "Which restaurant, and how many guests?",
            "the answer asks for 'restaurant' of 'book_table', but the user may have given it",
        ),
        (
            "Book Luigi's in Rome for 4 on Friday at 7 pm.",
            "Which restaurant, how many guests, and in which city?",
            "the answer asks for 'restaurant' of 'book_table', but the user may have given it",
        ),
    ],
)
def test_a_proposal_gives_the_first_reason(user: str, answer: str, why: str) -> None:
    assert label_of(user, answer).why == why


def test_named_arguments_come_before_those_of_a_kind() -> None:
    asked = asked_arguments(["What is the e-mail address, and which tone?"], (INVITE,), "Invite Ann.")
    assert [(one.argument, one.named) for one in asked] == [("tone", True), ("to", False)]
    assert [one.named for one in asked_arguments(["City?"], (WEATHER,), "Weather?")] == [True]


def test_offers_are_no_requests() -> None:
    text = "Would you like me to book it? Which day? Is there anything else? Please tell me the city. Shall I go on?"
    assert requests_in(text) == ["Which day?", "Please tell me the city."]
    assert requests_in("Let me know if you need more. I can do it if you give me the id.") == []


def test_the_named_argument_of_the_likeliest_tool_is_given_as_the_reason() -> None:
    other = tool("find_table", "Find a table.", ["day"], day={"type": "string", "format": "date"})
    asked = asked_arguments(["Which day, how many guests, and which restaurant?"], (other, BOOK), "A table, please.")
    assert (asked[0].tool, asked[0].argument) == ("book_table", "restaurant")
    assert all(one.tool == "book_table" for one in asked[:3])


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("startTime", {"type": "string"}, ValueKind.TIME),
        ("due_date", {"type": "string"}, ValueKind.DATE),
        ("x", {"type": "string", "format": "date-time"}, ValueKind.DATE),
        ("recipient", {"type": "string"}, ValueKind.EMAIL),
        ("to", {"type": "string", "description": "An e-mail address."}, ValueKind.EMAIL),
        ("taskId", {"type": "string"}, ValueKind.IDENTIFIER),
        ("city", {"enum": ["Rome"]}, ValueKind.CHOICE),
        ("day", {"type": "integer"}, ValueKind.NUMBER),
        ("day", {"type": "number"}, ValueKind.NUMBER),
        ("home_address", {"type": "string"}, ValueKind.PLACE),
        ("guest", {"type": "string"}, ValueKind.PERSON),
        ("body", {"type": "string"}, ValueKind.TEXT),
    ],
)
def test_name_and_schema_tell_what_a_value_looks_like(name: str, schema: dict[str, Any], kind: ValueKind) -> None:
    assert value_kind(name, schema) is kind


@pytest.mark.parametrize(
    ("name", "text", "given"),
    [
        ("guests", "for two people", True),
        ("guests", "for my family", False),
        ("guests", "on Friday at 7 pm", False),
        ("day", "next Friday", True),
        ("day", "at 7 pm", False),
        ("day", "at 7 pm, on 5/3", True),
        ("startTime", "on March 3rd", False),
        ("startTime", "on 2026-03-03", False),
        ("startTime", "on March 3rd, 18:30", True),
        ("startTime", "at noon", True),
        ("restaurant", "Please book me a table in some restaurant", False),
        ("restaurant", "Book a table at Luigi's", True),
    ],
)
def test_only_what_could_be_a_value_counts_as_given(name: str, text: str, given: bool) -> None:
    assert may_be_given(name, BOOK.properties[name], BOOK, text) is given


@pytest.mark.parametrize(
    ("text", "given"),
    [("task_17", True), ("A3F9", True), ("#4", True), ("4711", True), ("at 5 pm on the 3rd", False), ("5pm", False)],
)
def test_an_identifier_has_a_form_of_its_own(text: str, given: bool) -> None:
    assert may_be_given("booking_id", CANCEL.properties["booking_id"], CANCEL, text) is given


def test_names_are_read_word_by_word() -> None:
    assert name_words("startTime") == name_words("start_time") == name_words("Start-Time") == ["start", "time"]
    assert name_words("userID2") == ["user", "id", "2"]


def test_refusals_of_public_dialogues_are_certain() -> None:
    rows = json.loads(public_data("llamafactory_toolcall/glaive_toolcall_en_demo.json").read_text(encoding="utf-8"))
    found = [_label(row) for row in rows if not any(one["from"] == "function_call" for one in row["conversations"])]
    assert all(isinstance(one, Certain) for one in found)
    assert {one.label for one in found} == {Behavior.GENERAL, Behavior.UNABLE}


def _label(row: dict[str, Any]) -> Certain | Proposed:
    roles = {"human": Role.USER, "gpt": Role.ASSISTANT}
    turns = tuple(Turn(roles[one["from"]], one["value"]) for one in row["conversations"])
    return derived_label(Dialogue(turns, read_tools(row["tools"]).tools))
