"""Compare runs on the hold-out rows that they have in common."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.curation.releases.release import Release, open_release
from winnow.training.evaluation.evaluate import check_release
from winnow.training.evaluation.goals import judge_goals
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.paired import compare_paired, latency_ratio, within_label_noise
from winnow.training.evaluation.run_predictions import predict_or_load
from winnow.training.runs import Run
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.macro_f1 import macro_f1_with_interval
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm

if TYPE_CHECKING:
    import pandas as pd


SEED = 0
"""Of the bootstrap: comparisons of the same runs are the same."""


@dataclass(frozen=True)
class Comparison:
    """What was found, and the rows that it rests on."""

    split: str
    runs: list[Run]
    measures: dict[str, Any]
    rows: pd.DataFrame
    """The common rows: `id`, `text`, `gold`, and every run's answers under its id."""


@dataclass(frozen=True)
class _CommonRows:
    """The rows that all releases hold in a split, under the same label."""

    rows: pd.DataFrame
    left_out: dict[str, int]
    """Rows of each run's split that are not common, by run."""
    relabeled: int
    """Common rows under different labels: left out, for what is right is not known."""


def compare(
    runs: Sequence[Run],
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Hold runs against each other, each pair on the same rows. The look is written into every run.

    `called_now` gives a label's name after all renamings; `goals` are by default those of the last run's release.

    Raises WinnowError for fewer than two runs, a run that is named twice, or when no row is common.
    """
    _check_runs(runs)
    releases = [open_release(run.release_path()) for run in runs]
    for run, release in zip(runs, releases, strict=True):
        check_release(run, release, split)
    common = _common_rows(runs, releases, split, current_label)
    table = common.rows
    for run in runs:
        output = predict_or_load(run, common.rows, vectors_cache=vectors_cache, progress=progress)
        table = table.assign(**{run.id: [current_label(label) for label in output.labels]})
    last = releases[-1]
    fallback = last.manifest["task"]["fallback"]
    labels = list(dict.fromkeys(current_label(label) for release in releases for label in release.labels))
    target_goals = last.task().goals if goals is None else goals
    per_run = [
        _measure_run(run, table, labels, current_label(fallback) if fallback else None, target_goals) for run in runs
    ]
    measures = {
        "split": split,
        "rows": len(table),
        "left_out": common.left_out,
        "relabeled": common.relabeled,
        "runs": per_run,
        "pairs": _compare_pairs(runs, releases, table, labels),
    }
    for run, own in zip(runs, per_run, strict=True):
        run.look(split, {"accuracy": own["accuracy"]["value"], "rows": len(table)})  # before anybody can see the score
    return Comparison(split, list(runs), measures, table)


def _measure_run(
    run: Run, table: pd.DataFrame, labels: Sequence[str], fallback: str | None, goals: Mapping[str, float]
) -> dict[str, Any]:
    """One run on the common rows."""
    gold, predicted = list(table["gold"]), list(table[run.id])
    pairs = list(zip(gold, predicted, strict=True))
    inside, outside = ([pair for pair in pairs if (pair[0] == fallback) is out] for out in (False, True))
    return {
        "run": run.id,
        "method": run.facts["method"],
        "release": run.facts["release"]["name"],
        "accuracy": _share(pairs, "no row"),
        "in_scope_accuracy": _share(inside, "no row is in scope"),
        "out_of_scope_recall": _share(outside, "no row has the fallback label"),
        "macro_f1": macro_f1_with_interval(gold, predicted, labels, seed=SEED).json(),
        "goals": judge_goals(goals, gold, predicted, labels=labels, fallback=fallback, seed=SEED),
        "latency": stored_latency(run),
    }


def _share(pairs: Sequence[tuple[str, str]], why: str) -> dict[str, Any]:
    return proportion(sum(g == p for g, p in pairs), len(pairs)).json(why)


def _compare_pairs(
    runs: Sequence[Run], releases: Sequence[Release], table: pd.DataFrame, labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Every two runs, in the order in which they were named; p-values adjusted for the number of pairs."""
    audits = [release.manifest.get("label_accuracy") for release in reversed(releases)]
    audit = next((one for one in audits if one), None)
    found = []
    for first, second in itertools.combinations(runs, 2):
        one = compare_paired(
            table["gold"].tolist(), table[first.id].tolist(), table[second.id].tolist(), labels=labels, seed=SEED
        )
        found.append(
            {
                "first": first.id,
                "second": second.id,
                **one,
                "label_noise": within_label_noise(one["accuracy"], audit),
                "latency_ratio": latency_ratio(stored_latency(first), stored_latency(second)),
            }
        )
    adjusted = holm([one["p_value"] for one in found])
    return [{**one, "p_adjusted": p, "differs": p < SIGNIFICANCE_LEVEL} for one, p in zip(found, adjusted, strict=True)]


def _common_rows(
    runs: Sequence[Run], releases: Sequence[Release], split: str, current_label: Callable[[str], str]
) -> _CommonRows:
    tables = [release.rows(split).set_index("id") for release in releases]
    gold = [{str(record): current_label(label) for record, label in table["label"].items()} for table in tables]
    shared = sorted(set.intersection(*(set(one) for one in gold)))
    same = [record for record in shared if len({one[record] for one in gold}) == 1]
    if not same:
        sizes = ", ".join(f"{run.id} {len(table):,}" for run, table in zip(runs, tables, strict=True))
        found = f"no {split} row in common ({sizes})"
        raise WinnowError(Problem("compare", found, "runs on the same hold-out", "compare runs of one workspace"))
    rows = tables[-1].loc[same, ["text"]].reset_index().assign(gold=[gold[-1][record] for record in same])
    left_out = {run.id: len(table) - len(same) for run, table in zip(runs, tables, strict=True)}
    return _CommonRows(rows, left_out, len(shared) - len(same))


def _check_runs(runs: Sequence[Run]) -> None:
    ids = [run.id for run in runs]
    if len(ids) < 2:
        raise WinnowError(Problem("compare", f"{len(ids)} run", "two or more", "winnow runs lists them"))
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    if repeated:
        raise WinnowError(Problem("compare", f"{', '.join(repeated)} is named twice", "each run once", "name another"))
