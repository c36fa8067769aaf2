"""Compare runs that call tools on the hold-out answers that they have in common."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.result import Measured
from winnow.curation.releases.release import Release
from winnow.training.evaluation.compare import compared_releases, newest_audit
from winnow.training.evaluation.judge_serving import judge_goals_of_run
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.paired import latency_ratio, within_label_noise
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_counts import share_of
from winnow.training.evaluation.tools.answer_goals import judge_answer_goals
from winnow.training.evaluation.tools.answer_results import AnswerResult, read_answer_results
from winnow.training.evaluation.tools.compare_answers import compare_answers, with_adjusted
from winnow.training.evaluation.tools.tool_comparison_facts import (
    ToolComparedPair,
    ToolComparedRun,
    ToolComparisonFacts,
)
from winnow.training.runs import Run
from winnow.training.scorers import scorer_of
from winnow.validators.tools.answer_judgment import LEVELS

Answers = Mapping[str, AnswerResult]
"""The judged answers of a run, by key."""


@dataclass(frozen=True)
class ToolComparison:
    """The result of a comparison, and the judged answers that it is based on."""

    runs: list[Run]
    facts: ToolComparisonFacts
    answers: dict[str, list[AnswerResult]]
    """The common answers of every run, by its id, in the same order."""


@dataclass(frozen=True)
class _CommonAnswers:
    """The answers that all runs were asked for, and that all releases expect alike."""

    by_run: dict[str, list[AnswerResult]]
    left_out: dict[str, int]
    changed: int


def compare_tool_runs(
    runs: Sequence[Run],
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> ToolComparison:
    """Compare runs pairwise on the same answers. The look is recorded in every run.

    A run without stored answers on the split is evaluated first. `current_label` is not used: an answer is common only
    where both releases expect the same one. Raises WinnowError for fewer than two runs, for a run that is given twice,
    or when there are no common answers. `goals` default to those of the last run's release.
    """
    releases = compared_releases(runs, split)
    judged = [
        judged_answers(run, release, split, goals=goals, vectors_cache=vectors_cache, progress=progress)
        for run, release in zip(runs, releases, strict=True)
    ]
    common = _common_answers(runs, judged, split)
    any_run = common.by_run[runs[0].id]
    task = releases[-1].task()
    target_goals = task.goals if goals is None else goals
    facts = ToolComparisonFacts(
        split=split,
        answers=len(any_run),
        records=len({one.id for one in any_run}),
        left_out=common.left_out,
        changed=common.changed,
        runs=[_measured_run(run, common.by_run[run.id], task, target_goals) for run in runs],
        pairs=_compared_pairs(runs, releases, common.by_run),
    )
    for run, own in zip(runs, facts.runs, strict=True):
        # recorded before the score is shown
        run.record_look(split, accuracy=own.accuracy.value, rows=facts.answers)
    return ToolComparison(list(runs), facts, common.by_run)


def judged_answers(
    run: Run,
    release: Release,
    split: str,
    *,
    goals: Mapping[str, float] | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> list[AnswerResult]:
    """The stored judged answers of a run on a split of its release; the run is evaluated if there are none."""
    records = set(map(str, release.rows(split)["id"]))
    stored = read_answer_results(run, split)
    if not stored or {one.id for one in stored} - records:
        scorer_of(release.kind)(run, release, split, goals=goals, vectors_cache=vectors_cache, progress=progress)
        stored = read_answer_results(run, split)
    return stored


def _common_answers(runs: Sequence[Run], judged: Sequence[Sequence[AnswerResult]], split: str) -> _CommonAnswers:
    by_key: list[Answers] = [{one.key: one for one in own} for own in judged]
    shared = sorted(set.intersection(*(set(own) for own in by_key)))
    same = [key for key in shared if len({(own[key].expected, own[key].expected_answer) for own in by_key}) == 1]
    if not same:
        sizes = ", ".join(f"{run.id} {len(own):,}" for run, own in zip(runs, by_key, strict=True))
        found = f"no {split} answers in common ({sizes})"
        raise WinnowError(Problem("runs", found, "runs with common answers", "compare runs of one workspace"))
    return _CommonAnswers(
        {run.id: [own[key] for key in same] for run, own in zip(runs, by_key, strict=True)},
        {run.id: len(own) - len(same) for run, own in zip(runs, by_key, strict=True)},
        len(shared) - len(same),
    )


def _measured_run(run: Run, answers: Sequence[AnswerResult], task: Task, goals: Mapping[str, float]) -> ToolComparedRun:
    """The measures of one run on the common answers."""
    accuracy = share_of(answers, answer_counts.accuracy)
    assert isinstance(accuracy, Measured)  # there is at least one answer
    return ToolComparedRun(
        run=run.id,
        method=run.facts.method,
        release=run.facts.release.name,
        accuracy=accuracy,
        levels={level: sum(one.passes(level) for one in answers) / len(answers) for level in LEVELS},
        selection=share_of(answers, answer_counts.selection, "no answer should call a tool"),
        goals=judge_goals_of_run(goals, run, partial(judge_answer_goals, results=answers, task=task)),
        latency=stored_latency(run),
    )


def _compared_pairs(
    runs: Sequence[Run], releases: Sequence[Release], answers: Mapping[str, Sequence[AnswerResult]]
) -> list[ToolComparedPair]:
    """Every pair of runs, in the order given; p-values of accuracy are adjusted for the number of pairs."""
    audit = newest_audit(releases)
    pairs = list(itertools.combinations(runs, 2))
    compared = [compare_answers(answers[first.id], answers[second.id]) for first, second in pairs]
    accuracies = with_adjusted([one.accuracy for one in compared], least=0)
    return [
        ToolComparedPair(
            **{**dict(one), "accuracy": accuracy},
            first=first.id,
            second=second.id,
            latency_ratio=latency_ratio(stored_latency(first), stored_latency(second)),
            label_noise=within_label_noise(accuracy.difference.difference, audit),
        )
        for (first, second), one, accuracy in zip(pairs, compared, accuracies, strict=True)
    ]
