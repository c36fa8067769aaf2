"""Measures of judged answers, against figures that were computed by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from tests.support.measured_answers import a_result, an_error
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.errors import WinnowError
from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.measure_answers import measure_answers
from winnow.training.evaluation.tools.tool_facts import MeasuredAnswers

VALUE = an_error(AnswerErrorType.WRONG_VALUE, tool="create_event")

FORMAT = an_error(AnswerErrorType.MALFORMED)

NO_CALL = an_error(AnswerErrorType.DID_NOT_CALL, tool="create_task")

ANSWERS = [
    a_result("d1", "create_task", arguments=(2, 2)),
    a_result("d1", "direct", turn=4, follows_result=True),
    a_result(
        "d2",
        "create_task",
        "create_event",
        passed=4,
        arguments=(0, 2),
        errors=[an_error(AnswerErrorType.WRONG_TOOL, tool="create_task")],
    ),
    a_result(
        "d3",
        "create_event",
        arguments=(1, 2),
        passed=5,
        errors=[an_error(AnswerErrorType.WRONG_VALUE, tool="create_event")],
    ),
    a_result(
        "d4", "create_event", "malformed", passed=0, arguments=(0, 1), errors=[an_error(AnswerErrorType.MALFORMED)]
    ),
    a_result("d5", "ask"),
    a_result("d6", "ask", "create_task", passed=3, errors=[an_error(AnswerErrorType.CALLED, tool="create_task")]),
    a_result("d7", "unable", "direct", passed=5, errors=[an_error(AnswerErrorType.WRONG_BEHAVIOR)]),
    a_result("d8", "create_event+create_task", arguments=(3, 3)),
    a_result("d9", "delete_task", "delete_task", passed=1, arguments=(0, 1), threads_id=True),
    a_result(
        "d10",
        "create_task",
        "direct",
        passed=3,
        arguments=(0, 1),
        errors=[an_error(AnswerErrorType.DID_NOT_CALL, tool="create_task")],
    ),
]


def a_task(more: str = "") -> Task:
    return parse_task(f"name: t\nkind: tools\ntools: t.json\n{more}")


@pytest.fixture(scope="module")
def measured() -> MeasuredAnswers:
    task = a_task(
        "confusable: [[create_task, create_event], [direct, unable], [create_task, send_email]]\n"
        "splits: {hold_out_tools: [delete_task]}\n"
    )
    return measure_answers(ANSWERS, task=task, trained_tools={"create_task", "create_event"})


def shown(figure: Measured | NotMeasured) -> tuple[float, int]:
    """The value and how many rows count."""
    assert isinstance(figure, Measured), figure
    return figure.value, figure.rows


def test_answers_and_dialogues_are_counted(measured: MeasuredAnswers) -> None:
    assert (measured.answers, measured.dialogues) == (11, 10)


def test_levels_are_nested_and_say_where_answers_fail(measured: MeasuredAnswers) -> None:
    assert [one.level for one in measured.levels] == list(AnswerLevel)
    assert [shown(one.share) for one in measured.levels] == [(n / 11, 11) for n in (10, 9, 9, 7, 6, 4)]
    assert [one.failed_here for one in measured.levels] == [1, 1, 0, 2, 1, 2]
    assert measured.accuracy == measured.levels[-1].share


def test_selection_counts_only_answers_that_should_call_and_no_arguments(measured: MeasuredAnswers) -> None:
    # d1, d3, d8 and d9, whose arguments break the schema, name the right tools; d2, d4 and d10 do not
    assert shown(measured.selection) == (4 / 7, 7)
    assert shown(measured.values) == (2 / 7, 7)


def test_a_tool_that_is_accepted_in_place_of_the_expected_one_is_selected_right() -> None:
    accepted = [a_result("d1", "create_task", "create_event", passed=5)]
    assert shown(measure_answers(accepted, task=a_task()).selection) == (1, 1)


def test_argument_match_is_over_all_expected_arguments(measured: MeasuredAnswers) -> None:
    assert shown(measured.arguments) == (6 / 12, 12)


def test_each_behavior_has_recall_and_precision(measured: MeasuredAnswers) -> None:
    found = {one.behavior: one for one in measured.behaviors}
    assert list(found) == ["direct", "ask", "unable"]
    assert shown(found["direct"].recall) == (1, 1)
    assert shown(found["direct"].precision) == (1 / 3, 3)
    assert shown(found["ask"].recall) == (1 / 2, 2)
    assert shown(found["ask"].precision) == (1, 1)
    assert shown(found["unable"].recall) == (0, 1)
    assert isinstance(found["unable"].precision, NotMeasured)


def test_no_call_takes_all_behaviors_in_text_together_and_no_malformed_answer(measured: MeasuredAnswers) -> None:
    assert shown(measured.no_call.recall) == (3 / 4, 4)
    assert shown(measured.no_call.precision) == (3 / 4, 4)


def test_a_pair_counts_answers_that_should_name_exactly_one_of_the_two(measured: MeasuredAnswers) -> None:
    assert not isinstance(measured.pairs, NotMeasured)
    by_pair = {(one.first, one.second): one.accuracy for one in measured.pairs.pairs}
    # d1 and d3 are right, d2 names the other one, d4 and d10 name none, d8 should name both
    assert shown(by_pair["create_task", "create_event"]) == (2 / 5, 5)
    assert shown(by_pair["direct", "unable"]) == (1 / 2, 2)
    assert shown(by_pair["create_task", "send_email"]) == (2 / 4, 4)
    assert measured.pairs.mean == pytest.approx((2 / 5 + 1 / 2 + 2 / 4) / 3)
    # d1 twice, d2, d3, d4, d7, d8 and d10, each once though some belong to two pairs
    assert shown(measured.pairs.pooled) == (4 / 8, 8)


def test_without_pairs_in_the_task_they_are_not_measured() -> None:
    assert isinstance(measure_answers(ANSWERS, task=a_task()).pairs, NotMeasured)


def test_known_and_unseen_tools_and_later_turns_are_measured_apart(measured: MeasuredAnswers) -> None:
    found = {str(one.group): one for one in measured.groups}
    assert {name: shown(one.accuracy) for name, one in found.items()} == {
        "known_tools": (2 / 6, 6),
        "unseen_tools": (0, 1),
        "held_out_tools": (0, 1),
        "several_calls": (1, 1),
        "after_result": (1, 1),
        "threads_id": (0, 1),
    }
    assert shown(found["unseen_tools"].selection) == (1, 1)
    assert isinstance(found["after_result"].selection, NotMeasured)


def test_without_the_calls_of_train_no_tool_is_known_or_unseen() -> None:
    found = measure_answers(ANSWERS, task=a_task())
    assert [str(one.group) for one in found.groups] == ["several_calls", "after_result", "threads_id"]
    assert all(isinstance(one.called_in_train, NotMeasured) for one in found.tools)


def test_two_calls_of_one_tool_are_several_calls() -> None:
    twice = [a_result("d1", "create_task", expected_calls=2), a_result("d2", "create_task", expected_calls=1)]
    (group,) = measure_answers(twice, task=a_task()).groups
    assert shown(group.accuracy) == (1, 1)


def test_each_tool_has_its_own_figures(measured: MeasuredAnswers) -> None:
    assert [one.tool for one in measured.tools] == ["create_task", "create_event", "delete_task"]
    first, second, third = measured.tools
    assert (shown(first.recall), shown(first.precision)) == ((2 / 4, 4), (2 / 3, 3))
    assert shown(first.accuracy) == (2 / 4, 4)
    assert shown(first.arguments) == (2 / 5, 5)  # without those of d8, which also calls another tool
    assert first.errors == {"called": 1, "did_not_call": 1, "wrong_tool": 1}
    assert (second.called_in_train, third.called_in_train) == (True, False)


def test_errors_are_counted_by_type_and_tool_with_an_example(measured: MeasuredAnswers) -> None:
    found = {one.error: one for one in measured.errors}
    assert len(found) == 6
    wrong = found[AnswerErrorType.WRONG_TOOL]
    assert (wrong.count, wrong.answers, wrong.tools) == (1, 1, {"create_task": 1})
    (example,) = wrong.examples
    assert (example.id, example.question, example.answer) == ("d2", "question of d2", "answer of d2")


def test_an_answer_with_the_same_error_twice_is_one_answer_and_comes_after_others_as_an_example() -> None:
    wrong = AnswerErrorType.WRONG_VALUE
    twice = [an_error(wrong, tool="a", argument="x"), an_error(wrong, tool="a", argument="y")]
    more = [an_error(wrong, tool="b", argument="x")]
    results = [a_result("d1", "a", passed=5, errors=twice), a_result("d2", "b", passed=5, errors=more)]
    (counted,) = measure_answers(results, task=a_task()).errors
    assert (counted.count, counted.answers, counted.tools) == (3, 2, {"a": 2, "b": 1})
    assert [one.id for one in counted.examples] == ["d1", "d2", "d1"]


def test_the_matrix_counts_expected_and_given_behaviors(measured: MeasuredAnswers) -> None:
    matrix = measured.matrix
    cells = {
        (row, column): count
        for row, counts in zip(matrix.classes, matrix.counts, strict=True)
        for column, count in zip(matrix.classes, counts, strict=True)
        if count
    }
    assert cells == {
        ("create_task", "create_task"): 1,
        ("create_task", "create_event"): 1,
        ("create_task", "direct"): 1,
        ("create_event", "create_event"): 1,
        ("create_event", "malformed"): 1,
        ("delete_task", "delete_task"): 1,
        ("several tools", "several tools"): 1,
        ("direct", "direct"): 1,
        ("ask", "ask"): 1,
        ("ask", "create_task"): 1,
        ("unable", "direct"): 1,
    }


def test_the_matrix_folds_rare_and_invented_tools() -> None:
    many = [a_result(f"d{n}", f"tool_{n:02}") for n in range(25)]
    invented = a_result("x", "tool_00", "no_such_tool", passed=2)
    matrix = measure_answers([*many, invented], task=a_task()).matrix
    assert len(matrix.classes) == 21
    place = matrix.classes.index("other tools")
    assert matrix.counts[place][place] == 5
    assert matrix.counts[matrix.classes.index("tool_00")][place] == 1
    assert sum(map(sum, matrix.counts)) == 26


def facet_results(right: Sequence[bool], facet: str, *, first: int = 0) -> list[AnswerResult]:
    return [
        a_result(f"{facet}{place}", "ask", passed=6 if ok else 0, facets={"turns": facet})
        for place, ok in enumerate(right, first)
    ]


def test_slices_are_tested_against_all_other_answers() -> None:
    results = facet_results([True] * 40, "one") + facet_results([True] * 10 + [False] * 30, "three_or_more")
    found = {one.value: one for one in measure_answers(results, task=a_task()).slices}
    weak = found["three_or_more"]
    assert (weak.slice, weak.rows, weak.rows_lost) == ("turns", 40, 30)
    assert weak.differs is True
    assert weak.p_value is not None
    assert weak.p_adjusted == pytest.approx(min(1, 2 * weak.p_value))


def test_answers_of_few_dialogues_are_too_few_for_a_test_of_slices() -> None:
    results = [
        a_result(f"{facet}{n % 3}", "ask", turn=n, passed=passed, facets={"turns": facet})
        for facet, passed in (("one", 6), ("two", 0))
        for n in range(30)
    ]
    assert all(isinstance(one.differs, NotMeasured) for one in measure_answers(results, task=a_task()).slices)


@pytest.mark.parametrize("dialogues", range(26, 36))
def test_a_slice_whose_answers_are_all_right_has_no_more_hits_than_effective_answers(dialogues: int) -> None:
    """Answers in dialogues of one to three are a fraction of independent answers, such as 39.6 hits of 39.6."""
    right = [(place, turn) for place in range(dialogues) for turn in range(place % 3 + 1)]
    results = [a_result(f"a{place}", "ask", turn=turn, passed=6, facets={"turns": "one"}) for place, turn in right]
    results += facet_results([True, False] * 20, "two")
    found = {one.value: one for one in measure_answers(results, task=a_task()).slices}
    assert found["one"].accuracy.value == 1
    assert found["one"].p_value is not None
    assert found["one"].p_value < 0.01


def test_answers_of_one_dialogue_make_wider_intervals_than_independent_ones() -> None:
    def width(dialogues: int) -> float:
        results = [a_result(f"d{n % dialogues}", "ask", turn=n, passed=6 * (n % dialogues % 5 > 0)) for n in range(200)]
        found = measure_answers(results, task=a_task()).accuracy
        assert found.value == 0.8
        return found.high - found.low

    assert width(50) == pytest.approx(2 * width(200), rel=0.15)  # four equal answers of a dialogue are like one


def test_no_answers_are_an_error() -> None:
    with pytest.raises(WinnowError, match=r"no answers"):
        measure_answers([], task=a_task())


def test_an_error_counts_for_its_tool_although_neither_side_names_it() -> None:
    # the answer calls a tool that is accepted in place of the expected one, with a wrong value
    accepted = a_result("d1", "create_task", passed=5, errors=[VALUE])
    called = a_result("d2", "create_event")
    found = {one.tool: one.errors for one in measure_answers([accepted, called], task=a_task()).tools}
    assert found["create_event"] == {AnswerErrorType.WRONG_VALUE: 1}


def test_a_thousand_tools_are_measured_in_seconds() -> None:
    answers = [a_result(f"d{place}", f"tool_{place % 1000}") for place in range(1500)]
    before = time.process_time()
    found = measure_answers(answers, task=a_task())
    assert time.process_time() - before < 5
    assert sum(one.accuracy.rows for one in found.tools if isinstance(one.accuracy, Measured)) == 1500
