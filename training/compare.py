"""Compare runs on the hold-out rows that they have in common."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.embed import Progress
from curation.release import Release, open_release
from training.answers import answers_to
from training.evaluate import check_release
from training.goals import judged
from training.intervals import LEVEL, holm, proportion
from training.latency import known_latency
from training.paired import label_noise, latency_ratio, paired
from training.resampling import macro_f1_of
from training.runs import Run
from validators.faults import Fault, WinnowError

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
class _Common:
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
    called_now: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Hold runs against each other, each pair on the same rows. The look is written into every run.

    `called_now` gives a label's name after all renamings; `goals` are by default those of the last run's release.

    Raises WinnowError for fewer than two runs, a run that is named twice, or when no row is common.
    """
    _check(runs)
    releases = [open_release(run.release_path()) for run in runs]
    for run, release in zip(runs, releases, strict=True):
        check_release(run, release, split)
    common = _common(runs, releases, split, called_now)
    table = common.rows
    for run in runs:
        told = answers_to(run, common.rows, vectors_cache=vectors_cache, progress=progress)
        table = table.assign(**{run.id: [called_now(label) for label in told.labels]})
    last = releases[-1]
    fallback = last.manifest["task"]["fallback"]
    labels = list(dict.fromkeys(called_now(label) for release in releases for label in release.labels))
    asked = last.task().goals if goals is None else goals
    alone = [_alone(run, table, labels, called_now(fallback) if fallback else None, asked) for run in runs]
    measures = {
        "split": split,
        "rows": len(table),
        "left_out": common.left_out,
        "relabeled": common.relabeled,
        "runs": alone,
        "pairs": _pairs(runs, releases, table, labels),
    }
    for run, own in zip(runs, alone, strict=True):
        run.look(split, {"accuracy": own["accuracy"]["value"], "rows": len(table)})  # before anybody can see the score
    return Comparison(split, list(runs), measures, table)


def _alone(
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
        "macro_f1": macro_f1_of(gold, predicted, labels, seed=SEED).json(),
        "goals": judged(goals, gold, predicted, labels=labels, fallback=fallback, seed=SEED),
        "latency": known_latency(run),
    }


def _share(pairs: Sequence[tuple[str, str]], why: str) -> dict[str, Any]:
    return proportion(sum(g == p for g, p in pairs), len(pairs)).json(why)


def _pairs(
    runs: Sequence[Run], releases: Sequence[Release], table: pd.DataFrame, labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Every two runs, in the order in which they were named; p-values adjusted for the number of pairs."""
    audits = [release.manifest.get("label_accuracy") for release in reversed(releases)]
    audit = next((one for one in audits if one), None)
    found = []
    for first, second in itertools.combinations(runs, 2):
        one = paired(
            table["gold"].tolist(), table[first.id].tolist(), table[second.id].tolist(), labels=labels, seed=SEED
        )
        found.append(
            {
                "first": first.id,
                "second": second.id,
                **one,
                "label_noise": label_noise(one["accuracy"], audit),
                "latency_ratio": latency_ratio(known_latency(first), known_latency(second)),
            }
        )
    adjusted = holm([one["p_value"] for one in found])
    return [{**one, "p_adjusted": p, "differs": p < LEVEL} for one, p in zip(found, adjusted, strict=True)]


def _common(runs: Sequence[Run], releases: Sequence[Release], split: str, called_now: Callable[[str], str]) -> _Common:
    tables = [release.rows(split).set_index("id") for release in releases]
    gold = [{str(record): called_now(label) for record, label in table["label"].items()} for table in tables]
    shared = sorted(set.intersection(*(set(one) for one in gold)))
    same = [record for record in shared if len({one[record] for one in gold}) == 1]
    if not same:
        sizes = ", ".join(f"{run.id} {len(table):,}" for run, table in zip(runs, tables, strict=True))
        found = f"no {split} row in common ({sizes})"
        raise WinnowError(Fault("compare", found, "runs on the same hold-out", "compare runs of one workspace"))
    rows = tables[-1].loc[same, ["text"]].reset_index().assign(gold=[gold[-1][record] for record in same])
    left_out = {run.id: len(table) - len(same) for run, table in zip(runs, tables, strict=True)}
    return _Common(rows, left_out, len(shared) - len(same))


def _check(runs: Sequence[Run]) -> None:
    ids = [run.id for run in runs]
    if len(ids) < 2:
        raise WinnowError(Fault("compare", f"{len(ids)} run", "two or more", "winnow runs lists them"))
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    if repeated:
        raise WinnowError(Fault("compare", f"{', '.join(repeated)} is named twice", "each run once", "name another"))
