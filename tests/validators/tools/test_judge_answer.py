from __future__ import annotations

import json

import pytest

from tests.support.answer_mutations import EVENT_CALL, REFUSAL, THREE, event, table, without
from tests.support.judged_dialogues import (
    AFTER_RESULT,
    ALTERNATIVES,
    ANSWERED,
    ASK,
    DENTIST,
    EVENT,
    EVERY_DIALOGUE,
    GENERAL,
    NESTED,
    OSLO,
    PARALLEL,
    UNABLE,
    JudgedDialogue,
    asked,
    calls,
)
from winnow.core.answer_vocabulary import AnswerErrorType as E
from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.answer_judgment import AnswerJudgment
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.judge_answer import judge_answer

RIGHT = {
    "prose next to the call": (EVENT, f"Here you go.\n\n{EVENT_CALL}"),
    "no prose next to the call": (EVENT, EVENT_CALL),
    "case, spaces and punctuation": (EVENT, event(title="DENTIST")),
    "case, spaces and punctuation of a longer text": (NESTED, table(wishes={"area": "By the window.", "quiet": True})),
    "another number form": (NESTED, table(budget=80.50)),
    "an integer for a number": (
        asked("8", Call("call_1", "convert_amount", {"amount": 8.0, "currency": "NOK"})),
        calls(("convert_amount", {"amount": 8, "currency": "nok"})),
    ),
    "a default that is written out": (PARALLEL, calls(*THREE[:2], ("get_weather", {**OSLO, "units": "celsius"}))),
    "a default inside a list that is written out": (
        NESTED,
        table(guests=[{"name": "Ann", "seats": 2}, {"name": "Bo", "seats": 1}]),
    ),
    "a default that is left out": (
        asked("An hour.", Call("call_1", "create_event", {**DENTIST, "duration": 60})),
        calls(("create_event", without(DENTIST, "duration"))),
    ),
    "another order": (PARALLEL, calls(THREE[2], THREE[1], THREE[0])),
    "an accepted value": (ALTERNATIVES, calls(("create_task", {"title": "pack", "due_date": "2026-03-05"}))),
    "an argument that may be left out": (ALTERNATIVES, calls(("create_task", {"title": "Packing for Rome"}))),
    "an accepted call": (ALTERNATIVES, calls(("get_weather", {"location": "roma"}))),
    "another question": (ASK, "What start time would you like? And which event id is it?"),
    "another refusal": (UNABLE, REFUSAL),
    "another answer": (ANSWERED, "One in which February has 29 days."),
    "another answer after a result": (AFTER_RESULT, "Done."),
    "any text where no tools are offered": (GENERAL, "Which poem do you mean?"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_means_the_same_is_right(name: str) -> None:
    dialogue, text = RIGHT[name]
    judged = dialogue.judge(text)
    assert judged.errors == ()
    assert judged.is_right
    assert (judged.behavior, judged.matched_arguments) == (judged.expected, judged.expected_arguments)


def test_an_answer_without_a_stop_token_is_not_valid() -> None:
    judged = EVENT.judge(EVENT.right_text, finished=False)
    assert [error.name for error in judged.errors] == [E.NOT_FINISHED]
    assert (judged.passed, judged.behavior) == (0, "create_event")
    cut = EVENT.judge(EVENT_CALL[:60], finished=False)
    assert [error.name for error in cut.errors][:2] == [E.NOT_FINISHED, E.MALFORMED]


def test_arguments_are_counted_that_may_not_be_left_out() -> None:
    assert ALTERNATIVES.judge("Yes.").expected_arguments == 1
    judged = EVENT.judge(event(title="Doctor"))
    assert (judged.matched_arguments, judged.expected_arguments) == (3, 4)
    empty = EVENT.judge("")
    assert (empty.matched_arguments, empty.expected_arguments) == (0, 4)


def test_a_value_that_breaks_the_schema_is_not_named_again_as_a_wrong_value() -> None:
    more_guests = [{"name": "Ann", "seats": "2"}, {"name": "Bo"}, {"name": "Cy"}]
    for guests in (more_guests, "Ann"):
        assert [error.name for error in NESTED.judge(table(guests=guests)).errors] == [E.WRONG_TYPE]
    both = NESTED.judge(table(guests=more_guests, restaurant="Other"))
    assert [(error.name, error.argument) for error in both.errors] == [
        (E.WRONG_TYPE, "guests[0].seats"),
        (E.WRONG_VALUE, "restaurant"),
    ]


def test_the_label_says_what_the_last_answer_in_text_does() -> None:
    """People may read an answer otherwise than the rules: the answer itself is right, and the doubt is named."""
    text = "Anything else? Which city are you in?"
    labeled = asked("Hm.", says=text, label="direct")
    assert labeled.judge(text).is_right
    judged = labeled.judge("What is your city?")
    assert [error.name for error in judged.errors] == [E.WRONG_BEHAVIOR]
    assert "the rules read the expected answer as 'ask', too" in judged.errors[0].detail
    assert asked("Hm.", says=text).judge("What is your city?").is_right


@pytest.mark.parametrize("dialogue", EVERY_DIALOGUE.values(), ids=EVERY_DIALOGUE)
@pytest.mark.parametrize("call_format", CALL_FORMATS)
def test_the_expected_answer_is_right_in_every_call_format(dialogue: JudgedDialogue, call_format: str) -> None:
    form = CALL_FORMATS[call_format]
    answer = Answer(dialogue.expected.content, dialogue.expected.calls)
    text = form.render(answer, dialogue.before.tools)
    judged = judge_answer(
        text if form.in_text else json.dumps(text),
        expected=dialogue.expected,
        before=dialogue.before,
        label=dialogue.label,
        call_format=call_format,
    )
    assert (judged.passed, judged.errors) == (6, ())


def test_an_answer_as_a_message_may_be_text_alone() -> None:
    def judged(text: str) -> AnswerJudgment:
        parts = {"expected": ANSWERED.expected, "before": ANSWERED.before, "label": "direct"}
        return judge_answer(text, **parts, call_format=CallFormatName.OPENAI_TOOL_CALLS)

    assert judged("A year of 366 days.").is_right
    assert judged('{"days": 366}').is_right
    assert judged('{"content": "A year of 366 days.", "tool_calls": null}').is_right
    assert [error.name for error in judged('{"tool_calls": [{}]}').errors] == [E.MALFORMED] * 3
    assert [error.name for error in judged(EVENT_CALL).errors] == [E.MALFORMED]
