"""What holds for every answer: the expected one is right in every form of it, and no answer with another value is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.judged_dialogues import EVENT, EVERY_DIALOGUE, asked, calls, tool, written
from tests.validators.tools.test_malformed_answers import MALFORMED
from tests.validators.tools.test_wrong_call_arguments import MUTATIONS as ARGUMENT_MUTATIONS
from tests.validators.tools.test_wrong_calls import MUTATIONS as CALL_MUTATIONS
from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.validators.tools.call_formats import Answer
from winnow.validators.tools.dialogue import OMITTED, Call

TEXT = {"type": "string"}
PARTS = {"name": TEXT, "count": {"type": "integer"}}
PLAN = tool(
    "plan",
    "Plan something.",
    {
        "title": TEXT,
        "count": {"type": "integer"},
        "price": {"type": "number"},
        "public": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": TEXT},
        "parts": {"type": "array", "items": {"type": "object", "properties": PARTS}},
        "place": {"type": "object", "properties": PARTS},
    },
    "title",
)
TOOLS = (PLAN, replace(PLAN, name="replan"))

WORD = st.text("abcdefghij", min_size=1, max_size=6)
COUNT = st.integers(-99, 99)
PART = st.fixed_dictionaries({"name": WORD}, optional={"count": COUNT})
ARGUMENTS = st.fixed_dictionaries(
    {"title": WORD},
    optional={
        "count": COUNT,
        "price": st.floats(-99, 99).map(lambda value: round(value, 2)),
        "public": st.booleans(),
        "tags": st.lists(WORD, min_size=1, max_size=3),
        "parts": st.lists(PART, min_size=1, max_size=2),
        "place": PART,
    },
)
OTHER_VALUES: dict[str, Any] = {
    "title": "zzz",
    "count": 1000,
    "price": 1000.5,
    "tags": ["zzz"],
    "parts": [{"name": "zzz"}],
    "place": {"name": "zzz"},
}


@st.composite
def expected_calls(draw: st.DrawFn) -> tuple[Call, ...]:
    """One to three calls, some with accepted values and accepted calls."""
    found = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        name, arguments = draw(st.sampled_from(["plan", "replan"])), draw(ARGUMENTS)
        options = sorted(arguments.keys() - {"title"})
        accepted = {"title": draw(st.lists(WORD, max_size=2))} | {
            option: [OMITTED] for option in options if draw(st.booleans())
        }
        others = [Call(f"call_{number}", draw(st.sampled_from(["plan", "replan"])), draw(ARGUMENTS))]
        found.append(Call(f"call_{number}", name, arguments, accepted, tuple(others if draw(st.booleans()) else [])))
    return tuple(found)


def judged(expected: tuple[Call, ...], given_calls: list[tuple[str, dict[str, Any]]]) -> Any:
    dialogue = asked("Plan it.", *expected, tools=TOOLS)
    answer = Answer("", tuple(Call(f"call_{n}", name, values) for n, (name, values) in enumerate(given_calls, 1)))
    return dialogue.judge(written(answer, TOOLS))


@st.composite
def right_calls(draw: st.DrawFn, expected: tuple[Call, ...]) -> list[tuple[str, dict[str, Any]]]:
    """What is right in place of the expected calls, in any order."""
    found = []
    for call in expected:
        chosen = draw(st.sampled_from([call, *call.accepted_calls]))
        arguments = dict(chosen.arguments)
        for name, values in chosen.accepted.items():
            value = draw(st.sampled_from([arguments[name], *values]))
            if value == OMITTED:
                del arguments[name]
            else:
                arguments[name] = value
        found.append((chosen.name, arguments))
    return draw(st.permutations(found))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), expected=expected_calls())
def test_every_accepted_form_of_the_expected_calls_is_right_in_any_order(
    data: st.DataObject, expected: tuple[Call, ...]
) -> None:
    result = judged(expected, data.draw(right_calls(expected)))
    assert (result.passed, result.errors) == (6, ())
    assert result.matched_arguments == result.expected_arguments
    assert result.behavior == result.expected


@settings(max_examples=60, deadline=None)
@given(data=st.data(), expected=expected_calls())
def test_no_answer_with_another_value_is_right(data: st.DataObject, expected: tuple[Call, ...]) -> None:
    answer = data.draw(right_calls(expected))
    place = data.draw(st.integers(0, len(answer) - 1))
    name = data.draw(st.sampled_from(sorted(answer[place][1].keys() & OTHER_VALUES)))
    answer[place] = (answer[place][0], {**answer[place][1], name: OTHER_VALUES[name]})
    result = judged(expected, answer)
    assert result.passed < 6
    assert {one.name for one in result.errors} & {AnswerErrorType.WRONG_VALUE, AnswerErrorType.INVENTED_ARGUMENT}
    assert result.passed in (4, 5)  # two tools may change places when their arguments fit the other one better


@settings(max_examples=40, deadline=None)
@given(data=st.data(), expected=expected_calls())
def test_no_answer_with_a_call_more_or_less_is_right(data: st.DataObject, expected: tuple[Call, ...]) -> None:
    answer = data.draw(right_calls(expected))
    extra = [*answer, data.draw(st.sampled_from(answer))]
    for changed in (extra, answer[1:]):
        result = judged(expected, changed) if changed else EVENT.judge("Done.")
        assert result.passed == list(AnswerLevel).index(AnswerLevel.RIGHT_COUNT)


PIECES = [
    "```json\n",
    "\n```",
    '{"tool": "',
    "create_event",
    '", "params": {',
    "}}",
    "\n",
    '"title": ',
    "1e999",
    "[" * 600,
]


@pytest.mark.parametrize("name", EVERY_DIALOGUE)
@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=10), finished=st.booleans())
def test_every_text_is_judged(name: str, pieces: list[str], finished: bool) -> None:
    result = EVERY_DIALOGUE[name].judge("".join(pieces), finished=finished)
    assert (result.passed == 6) == (not result.errors)
    assert 0 <= result.matched_arguments <= result.expected_arguments
    assert finished or result.passed == 0


@pytest.mark.parametrize("levels", [98, 99, 300, 980, 100_000])
@pytest.mark.parametrize("argument", ["title", "guests", "undeclared"])
def test_deeply_nested_arguments_are_no_crash(levels: int, argument: str) -> None:
    params = f'{{"restaurant": "A", "{argument}": {"[" * levels}1{"]" * levels}}}'
    result = EVERY_DIALOGUE["nested"].judge(f'```json\n{{"tool": "reserve_table", "params": {params}}}\n```')
    names = {one.name for one in result.errors}
    assert (names == {AnswerErrorType.MALFORMED}) == (levels > 98)
    assert result.passed == (1 if levels == 98 else 0)


def test_the_best_matching_is_found_where_the_first_one_fails() -> None:
    """The first expected call accepts both given ones, the second only the first."""
    expected = (
        Call("call_1", "create_task", {"title": "Bank"}, {"title": ["Dentist"]}),
        Call("call_2", "create_task", {"title": "Bank"}),
    )
    dialogue = asked("Both.", *expected)
    for order in itertools.permutations([("create_task", {"title": "Bank"}), ("create_task", {"title": "Dentist"})]):
        assert dialogue.judge(calls(*order)).is_right


def test_wrong_answers_of_every_type_and_level_are_tested() -> None:
    wrong = [*CALL_MUTATIONS.values(), *ARGUMENT_MUTATIONS.values()]
    assert {one.error for one in wrong} == set(AnswerErrorType) - {
        AnswerErrorType.MALFORMED,
        AnswerErrorType.NOT_FINISHED,
    }
    assert {one.level for one in wrong} == set(AnswerLevel)
    assert len(wrong) + len(MALFORMED) >= 80
