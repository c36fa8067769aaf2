"""Compare runs on the hold-out rows that they have in common."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.result import Measure
from winnow.curation.releases.release import Release
from winnow.training.evaluation.comparison_facts import ComparedPair, ComparedRun, ComparisonFacts
from winnow.training.evaluation.evaluate import check_release
from winnow.training.evaluation.goals import judge_goals
from winnow.training.evaluation.judge_serving import judge_goals_of_run
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.paired import compare_paired, latency_ratio, within_label_noise
from winnow.training.evaluation.run_predictions import predict_or_load
from winnow.training.evaluation.seen_runs import p_if_chosen, runs_seen
from winnow.training.run_release import release_of
from winnow.training.runs import Run
from winnow.validators.stats.intervals import measured_proportion, proportion
from winnow.validators.stats.macro_f1 import macro_f1_with_interval
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts


SEED = 0
"""Seed of the bootstrap, so that comparing the same runs again gives the same result."""


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison and the rows that it is based on."""

    runs: list[Run]
    facts: ComparisonFacts
    rows: pd.DataFrame
    """The common rows: columns `id`, `text`, `gold`, and a column of predictions for every run, named by its id."""


@dataclass(frozen=True)
class _CommonRows:
    """The rows of a split that all releases contain with the same label."""

    rows: pd.DataFrame
    left_out: dict[str, int]
    """Number of rows of the split that are not common, by run."""
    relabeled: int
    """Number of rows that are common but have different labels; left out, because the right label is not known."""


def compare(
    runs: Sequence[Run],
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare runs pairwise on the same rows. The look is recorded in every run.

    `current_label` maps a label to its name after all renames; `goals` default to those of the last run's release.

    Raises WinnowError for fewer than two runs, for a run that is given twice, or when there are no common rows.
    """
    releases = compared_releases(runs, split)
    common = _common_rows(runs, releases, split, current_label)
    table = common.rows
    for run in runs:
        output = predict_or_load(run, common.rows, vectors_cache=vectors_cache, progress=progress)
        table = table.assign(**{run.id: [current_label(label) for label in output.labels]})
    last = releases[-1]
    fallback = last.manifest.task.fallback
    labels = list(dict.fromkeys(current_label(label) for release in releases for label in release.labels))
    target_goals = last.task().goals if goals is None else goals
    per_run = [
        _measure_run(run, table, labels, current_label(fallback) if fallback else None, target_goals) for run in runs
    ]
    seen = runs_seen(runs, split)
    facts = ComparisonFacts(
        split=split,
        rows=len(table),
        left_out=common.left_out,
        relabeled=common.relabeled,
        runs=per_run,
        runs_seen=seen,
        pairs=_compare_pairs(runs, releases, table, labels, seen=seen),
    )
    for run, own in zip(runs, per_run, strict=True):
        # recorded before the score is shown
        run.record_look(split, accuracy=own.accuracy.value, rows=len(table))
    return Comparison(list(runs), facts, table)


def _measure_run(
    run: Run, table: pd.DataFrame, labels: Sequence[str], fallback: str | None, goals: Mapping[str, float]
) -> ComparedRun:
    """The measures of one run on the common rows."""
    gold, predicted = list(table["gold"]), list(table[run.id])
    pairs = list(zip(gold, predicted, strict=True))
    inside, outside = ([pair for pair in pairs if (pair[0] == fallback) is out] for out in (False, True))
    judge_shares = partial(judge_goals, gold=gold, predicted=predicted, labels=labels, fallback=fallback, seed=SEED)
    return ComparedRun(
        run=run.id,
        method=run.facts.method,
        release=run.facts.release.name,
        accuracy=measured_proportion(sum(g == p for g, p in pairs), len(pairs)),
        in_scope_accuracy=_share(inside, "no rows are in scope"),
        out_of_scope_recall=_share(outside, "no rows have the fallback label"),
        macro_f1=macro_f1_with_interval(gold, predicted, labels, seed=SEED).figure,
        goals=judge_goals_of_run(goals, run, judge_shares),
        latency=stored_latency(run),
    )


def _share(pairs: Sequence[tuple[str, str]], why: str) -> Measure:
    return proportion(sum(g == p for g, p in pairs), len(pairs), why)


def _compare_pairs(
    runs: Sequence[Run], releases: Sequence[Release], table: pd.DataFrame, labels: Sequence[str], *, seen: int
) -> list[ComparedPair]:
    """Every pair of runs, in the order given; p-values are adjusted for the number of pairs."""
    audit = newest_audit(releases)
    gold = table["gold"].tolist()
    pairs = list(itertools.combinations(runs, 2))
    compared = [
        compare_paired(gold, table[first.id].tolist(), table[second.id].tolist(), labels=labels, seed=SEED)
        for first, second in pairs
    ]
    adjusted = holm([one.p_value for one in compared])
    return [
        ComparedPair(
            **dict(one),
            first=first.id,
            second=second.id,
            label_noise=within_label_noise(one.accuracy.difference, audit),
            latency_ratio=latency_ratio(stored_latency(first), stored_latency(second)),
            p_adjusted=p,
            differs=p < SIGNIFICANCE_LEVEL,
            p_if_chosen=p_if_chosen(one.p_value, seen),
        )
        for (first, second), one, p in zip(pairs, compared, adjusted, strict=True)
    ]


def _common_rows(
    runs: Sequence[Run], releases: Sequence[Release], split: str, current_label: Callable[[str], str]
) -> _CommonRows:
    tables = [release.rows(split).set_index("id") for release in releases]
    gold = [{str(record): current_label(label) for record, label in table["label"].items()} for table in tables]
    shared = sorted(set.intersection(*(set(one) for one in gold)))
    same = [record for record in shared if len({one[record] for one in gold}) == 1]
    if not same:
        sizes = ", ".join(f"{run.id} {len(table):,}" for run, table in zip(runs, tables, strict=True))
        found = f"no {split} rows in common ({sizes})"
        raise WinnowError(Problem("runs", found, "runs with common rows", "compare runs of one workspace"))
    rows = tables[-1].loc[same, ["text"]].reset_index().assign(gold=[gold[-1][record] for record in same])
    left_out = {run.id: len(table) - len(same) for run, table in zip(runs, tables, strict=True)}
    return _CommonRows(rows, left_out, len(shared) - len(same))


def compared_releases(runs: Sequence[Run], split: str) -> list[Release]:
    """The releases of runs that are compared on a split.

    Raises WinnowError for fewer than two runs, for a run that is given twice, and for a release without the split.
    """
    check_runs(runs)
    releases = [release_of(run) for run in runs]
    for run, release in zip(runs, releases, strict=True):
        check_release(run, release, split)
    return releases


def newest_audit(releases: Sequence[Release]) -> LabelAccuracyFacts | None:
    """The audited accuracy of labels of the last release that has one."""
    audits = [release.manifest.label_accuracy for release in reversed(releases)]
    return next((one for one in audits if one), None)


def check_runs(runs: Sequence[Run]) -> None:
    """Raises WinnowError for fewer than two runs, or for a run that is given twice."""
    ids = [run.id for run in runs]
    if len(ids) < 2:
        raise WinnowError(Problem("runs", f"{len(ids)} run given", "two or more", f"{command('runs')} lists them"))
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    if repeated:
        raise WinnowError(Problem("runs", f"{', '.join(repeated)} given twice", "each run once", "name another run"))
