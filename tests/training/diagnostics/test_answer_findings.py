"""Findings about answers: each on both sides of its threshold, counted in dialogues, with a command for its tool."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.answer_results import an_answer, an_error, answers
from winnow.core.result import Difference, NotMeasured
from winnow.training.diagnostics.findings import Finding, Findings
from winnow.training.diagnostics.issue import EpochLosses
from winnow.training.diagnostics.tools import TOOL_DIAGNOSTICS
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.diagnose_answers import diagnose_answers
from winnow.training.diagnostics.tools.unneeded_calls import unneeded_calls
from winnow.training.evaluation.tools.answer_results import AnswerResult

UNKNOWN = NotMeasured("not asked")

CONTEXT = AnswerContext("r-adapter-1", "r", "models/small", {"weather", "traffic", "mail"}, UNKNOWN, UNKNOWN)

CALLED = an_error("called", tool="weather")


def diagnosed(results: list[AnswerResult], **known: Any) -> Findings:
    return diagnose_answers(results, replace(CONTEXT, **known))


def found(results: list[AnswerResult], **known: Any) -> dict[str, Finding]:
    return {one.name: one for one in diagnosed(results, **known).found}


def test_right_answers_have_no_finding_and_all_diagnostics_are_accounted_for() -> None:
    right = [
        *answers("a", 30, "weather", "weather"),
        *answers("b", 30, "ask", "ask"),
        *answers("c", 30, "mail", "mail"),
    ]
    told = diagnosed([*right, *answers("d", 20, "traffic", "traffic")])
    assert told.found == []
    assert {*told.not_found, *told.not_measured} == {one.__name__ for one in TOOL_DIAGNOSTICS}
    assert {"memorized_answers", "unlearned_answers", "forgotten_instructions"} == set(told.not_measured)


@pytest.mark.parametrize(("wrong", "expected"), [(7, True), (5, False)])  # of 40: p = 0.003 and 0.048, tested twice
def test_wrong_arguments_of_a_tool(wrong: int, expected: bool) -> None:
    error = an_error("wrong_value", tool="weather", argument="city")
    results = [*answers("w", wrong, "weather", "weather", error), *answers("r", 40 - wrong, "weather", "weather")]
    results += answers("m", 40, "mail", "mail")
    told = found(results)
    assert ("wrong_arguments" in told) is expected
    if expected:
        one = told["wrong_arguments"]
        assert (one.rows, one.severity) == (7, "serious")
        assert one.command == "winnow generate dialogues --tool weather --count 21"
        assert "7 of 40 dialogues" in one.evidence
        assert "wrong_value of city 7" in one.evidence


def test_malformed_answers_count_for_the_expected_tool_and_other_tools_errors_do_not() -> None:
    malformed = answers("m", 10, "weather", "malformed", an_error("malformed"))
    right = answers("r", 20, "weather", "weather")
    assert found([*malformed, *right])["wrong_arguments"].rows == 10
    others = answers("m", 10, "weather", "weather", an_error("wrong_value", tool="mail", argument="to"))
    assert "wrong_arguments" not in found([*others, *right])


def test_a_tool_that_the_task_does_not_have_comes_from_a_file() -> None:
    error = an_error("missing_argument", tool="stocks", argument="name")
    told = found([*answers("w", 10, "stocks", "stocks", error), *answers("r", 20, "stocks", "stocks")])
    assert told["wrong_arguments"].command == "winnow add FILE"


def test_dialogues_are_counted_and_not_their_answers() -> None:
    error = an_error("wrong_value", tool="weather", argument="city")
    many = [an_answer("same", "weather", "weather", error, turn=turn) for turn in range(2, 40, 2)]
    right = answers("r", 30, "weather", "weather")
    assert diagnosed([*many, *right]).found == []  # 19 wrong answers of one dialogue are one failing dialogue


@pytest.mark.parametrize(
    ("behavior", "rule"), [("direct", "ask_about_tool"), ("ask", "blank_needed_value"), ("unable", "drop_needed_tool")]
)
def test_unneeded_calls_are_answered_by_contrasts_of_the_behavior(behavior: str, rule: str) -> None:
    results = [*answers("c", 8, behavior, "weather", CALLED), *answers("r", 20, behavior, behavior)]
    told = found(results)["unneeded_calls"]
    assert told.command == f"winnow generate contrasts --by rules --rule {rule}"
    assert "weather 8" in told.evidence
    few = [*answers("c", 2, behavior, "weather", CALLED), *answers("r", 26, behavior, behavior)]
    assert "unneeded_calls" in diagnosed(few).not_found
    assert isinstance(unneeded_calls(few[:10], CONTEXT), NotMeasured)  # ten dialogues tell too little


def test_missed_calls_name_the_tool_that_is_missed_most() -> None:
    error = an_error("did_not_call", tool="mail")
    results = [*answers("m", 8, "mail", "ask", error), *answers("w", 2, "weather", "direct", error)]
    results += answers("r", 30, "weather", "weather")
    told = found(results)["missed_calls"]
    assert told.command == "winnow generate dialogues --tool mail --count 24"
    assert "10 of 40 dialogues" in told.evidence
    assert "ask 8, direct 2" in told.evidence
    assert "missed_calls" in diagnosed([*results[8:], *answers("x", 20, "mail", "mail")]).not_found


def test_missed_questions() -> None:
    error = an_error("did_not_ask")
    results = [*answers("m", 8, "ask", "direct", error), *answers("r", 20, "ask", "ask")]
    assert found(results)["missed_questions"].command.endswith("--rule blank_needed_value")
    assert "missed_questions" in diagnosed([*results[:2], *answers("r", 20, "ask", "ask")]).not_found


def test_a_pair_of_tools_that_dominates_the_wrong_choices() -> None:
    wrong = an_error("wrong_tool", tool="weather")
    results = [*answers("a", 5, "weather", "traffic", wrong), *answers("b", 4, "traffic", "weather", wrong)]
    results += [*answers("c", 1, "mail", "weather", wrong), *answers("r", 30, "mail", "mail")]
    told = found(results)["confused_tools"]
    assert told.rows == 9
    assert told.command == "winnow generate contrasts --pair traffic,weather"
    assert "traffic in place of weather 5 times, weather in place of traffic 4 times"[:20] in told.evidence
    assert "9 of 10 dialogues" in told.evidence
    even = [
        one
        for i, (g, p) in enumerate([("weather", "traffic"), ("traffic", "mail"), ("mail", "weather")])
        for one in answers(f"{i}-", 6, g, p, wrong)
    ]
    assert "confused_tools" in diagnosed(even).not_found  # a third each: what chance does


def test_two_exchanged_tools_are_no_pair() -> None:
    wrong = an_error("wrong_tool", tool="weather")
    results = answers("a", 9, "traffic+weather", "mail+stocks", wrong) + answers("r", 9, "mail", "mail")
    assert "confused_tools" in diagnosed(results).not_found


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ((0.1, 0.8), "memorized_answers"),
        ((0.1, 0.59), None),
        ((1.6, 1.7), "unlearned_answers"),
        ((1.4, 1.7), None),
    ],
)
def test_losses(losses: tuple[float, float], expected: str | None) -> None:
    wrong = answers("m", 3, "direct", "unable", an_error("wrong_behavior"))
    told = found([*wrong, *answers("r", 20, "direct", "direct")], losses=EpochLosses(*losses))
    assert list(told) == ([expected] if expected else [])
    if expected:
        assert told[expected].rows == 3
    if expected == "memorized_answers":
        assert told[expected].command == "winnow generate variations"
        assert "one epoch" in told[expected].cause
    if expected == "unlearned_answers":
        assert told[expected].command == "winnow check --for models/small"


def test_unfinished_answers_tell_how_long_they_are() -> None:
    cut = [an_answer(f"c{i}", "direct", "direct", an_error("not_finished"), tokens=256) for i in range(8)]
    told = found([*cut, *answers("r", 20, "direct", "direct")])["unfinished_answers"]
    assert "within 256 tokens in 8 of 28 dialogues" in told.evidence
    assert told.command == "winnow check --for models/small"
    assert "unfinished_answers" in diagnosed([*cut[:2], *answers("r", 20, "direct", "direct")]).not_found


@pytest.mark.parametrize(("high", "expected"), [(-0.01, True), (0.01, False)])
def test_forgotten_instructions(high: float, expected: bool) -> None:
    told = found(answers("r", 100, "direct", "direct"), general_answers=Difference(-0.1, -0.2, high))
    assert ("forgotten_instructions" in told) is expected
    if expected:
        assert told["forgotten_instructions"].rows == 10
        assert "by 10.0 points" in told["forgotten_instructions"].evidence
