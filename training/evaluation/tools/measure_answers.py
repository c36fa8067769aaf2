"""All measures of judged answers: levels, selection, behaviors, pairs, tools, errors and slices."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_counts import IN_TEXT, among, parts_of, share_of, should_call
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.answer_slices import answer_slices
from winnow.training.evaluation.tools.behavior_matrix import behavior_matrix
from winnow.training.evaluation.tools.count_errors import count_errors, errors_about
from winnow.training.evaluation.tools.tool_facts import (
    AnswerGroup,
    AnswerGroupName,
    BehaviorMeasures,
    ConfusablePairs,
    LevelMeasure,
    MeasuredAnswers,
    NoCallMeasures,
    PairMeasures,
    ToolMeasures,
)
from winnow.validators.tools.answer_judgment import LEVELS
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.judge_answer import MALFORMED

NO_TRAIN = "the calls of train are not known"

Condition = Callable[[AnswerResult], bool]


def measure_answers(
    results: Sequence[AnswerResult], *, task: Task, trained_tools: Collection[str] | None = None
) -> MeasuredAnswers:
    """Everything that is measured from judged answers alone.

    `trained_tools` are those that answers of train call: known and unseen tools are told apart by them; None where they
    are not known. Raises WinnowError without answers.
    """
    if not results:
        raise WinnowError(
            Problem("evaluation", "no answers", "at least one answer of the assistant", "choose other data")
        )
    accuracy = share_of(results, answer_counts.accuracy)
    assert isinstance(accuracy, Measured)  # every answer counts
    return MeasuredAnswers(
        answers=len(results),
        dialogues=len({one.id for one in results}),
        accuracy=accuracy,
        levels=_levels(results),
        selection=share_of(results, answer_counts.selection, "no answer should call a tool"),
        arguments=share_of(results, answer_counts.arguments, "no argument is expected"),
        values=share_of(results, answer_counts.values, "no answer should call a tool"),
        behaviors=_behaviors(results),
        no_call=NoCallMeasures(
            recall=share_of(results, answer_counts.no_call_recall, "every answer should call a tool"),
            precision=share_of(results, answer_counts.no_call_precision, "every answer calls a tool or is malformed"),
        ),
        pairs=_pairs(results, task),
        groups=_groups(results, task, trained_tools),
        tools=_tools(results, trained_tools),
        errors=count_errors(results),
        matrix=behavior_matrix(results),
        slices=answer_slices(results),
    )


def _levels(results: Sequence[AnswerResult]) -> list[LevelMeasure]:
    failed = Counter(one.passed for one in results)
    found = []
    for place, level in enumerate(LEVELS):
        share = share_of(results, answer_counts.level(level))
        assert isinstance(share, Measured)
        found.append(LevelMeasure(level=level, share=share, failed_here=failed[place]))
    return found


def _behaviors(results: Sequence[AnswerResult]) -> list[BehaviorMeasures]:
    used = {name for one in results for name in (one.expected, one.behavior)}
    return [
        BehaviorMeasures(
            behavior=name,
            recall=share_of(results, answer_counts.recall(name), "no answer should show it"),
            precision=share_of(results, answer_counts.precision(name), "no answer shows it"),
        )
        for name in Behavior
        if name in used
    ]


def _pairs(results: Sequence[AnswerResult], task: Task) -> ConfusablePairs | NotMeasured:
    if not task.confusable:
        return NotMeasured("the task declares no confusable pairs")
    found = [
        PairMeasures(
            first=first,
            second=second,
            accuracy=share_of(results, answer_counts.pair(first, second), "no answer should name one of the two"),
        )
        for first, second in task.confusable
    ]
    measured = [one.accuracy.value for one in found if isinstance(one.accuracy, Measured)]
    why = "no answer should name a tool of a confusable pair"
    return ConfusablePairs(
        pairs=found,
        mean=statistics.fmean(measured) if measured else NotMeasured(why),
        pooled=share_of(results, answer_counts.pairs(task.confusable), why),
    )


def _groups(results: Sequence[AnswerResult], task: Task, trained_tools: Collection[str] | None) -> list[AnswerGroup]:
    conditions = _conditions(set(task.splits.hold_out_tools), None if trained_tools is None else set(trained_tools))
    kept = {name: [one for one in results if holds(one)] for name, holds in conditions.items()}
    return [_group(name, answers) for name, answers in kept.items() if answers]


def _conditions(held_out: set[str], trained: set[str] | None) -> dict[AnswerGroupName, Condition]:
    """Which answers belong to each group. Without the calls of train, no tool counts as known or unseen."""
    by_train: dict[AnswerGroupName, Condition] = {}
    if trained is not None:
        by_train = {
            AnswerGroupName.KNOWN_TOOLS: lambda one: should_call(one) and parts_of(one.expected) <= trained,
            AnswerGroupName.UNSEEN_TOOLS: lambda one: should_call(one) and not parts_of(one.expected) <= trained,
        }
    return {
        **by_train,
        AnswerGroupName.HELD_OUT_TOOLS: lambda one: not held_out.isdisjoint(parts_of(one.expected)),
        AnswerGroupName.SEVERAL_CALLS: lambda one: one.expected_calls > 1,
        AnswerGroupName.AFTER_RESULT: lambda one: one.follows_result,
        AnswerGroupName.THREADS_ID: lambda one: one.threads_id,
    }


def _group(name: AnswerGroupName, answers: Sequence[AnswerResult]) -> AnswerGroup:
    return AnswerGroup(
        group=name,
        accuracy=share_of(answers, answer_counts.accuracy),
        selection=share_of(answers, answer_counts.selection, "none of them should call a tool"),
        arguments=share_of(answers, answer_counts.arguments, "no argument is expected in them"),
    )


def _tools_of(results: Sequence[AnswerResult]) -> list[str]:
    """Every tool that is expected or called, the most frequently expected first."""
    expected = Counter(name for one in results for name in parts_of(one.expected))
    names = {name for one in results for behavior in (one.expected, one.behavior) for name in parts_of(behavior)}
    return sorted(names - IN_TEXT - {MALFORMED}, key=lambda name: (-expected[name], name))


def _tools(results: Sequence[AnswerResult], trained_tools: Collection[str] | None) -> list[ToolMeasures]:
    """Every tool, from the answers that name it: with all answers for each, thousands of tools would take hours."""
    naming: dict[str, list[AnswerResult]] = defaultdict(list)
    for one in results:
        for name in parts_of(one.expected) | parts_of(one.behavior) | {error.tool for error in one.errors}:
            naming[name].append(one)
    return [_tool(name, naming[name], trained_tools) for name in _tools_of(results)]


def _tool(name: str, results: Sequence[AnswerResult], trained_tools: Collection[str] | None) -> ToolMeasures:
    expected = "no answer should call it"
    return ToolMeasures(
        tool=name,
        called_in_train=NotMeasured(NO_TRAIN) if trained_tools is None else name in trained_tools,
        recall=share_of(results, answer_counts.recall(name), expected),
        precision=share_of(results, answer_counts.precision(name), "no answer calls it"),
        accuracy=share_of(results, among(lambda one: name in parts_of(one.expected), answer_counts.accuracy), expected),
        arguments=share_of(results, among(lambda one: one.expected == name, answer_counts.arguments), expected),
        errors=errors_about(name, results),
    )
