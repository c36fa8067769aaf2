"""Learning curve: accuracy on validation when the same method is trained on nested subsets of train."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from winnow.core.atomic import atomic_write
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import keyed_fraction
from winnow.core.progress import Progress
from winnow.core.record import ABSENT_IF_NONE
from winnow.core.result import Difference, NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import TASK_COPY, Release, open_release
from winnow.training.evaluation.evaluation_facts import LearningCurve, LearningPoint
from winnow.training.run_facts import IMPORTED, TrainedRunFacts
from winnow.training.runs import Run
from winnow.validators.stats.paired_clusters import PairedCluster, compare_clusters

if TYPE_CHECKING:
    import pandas as pd


SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares of every label's train groups."""

DOUBLING = (0.5, 1.0)
"""The gain of doubling the data is measured between these shares."""

LEARNING_CURVE_FILE = "learning-curve.json"

FORMAT = 1


class _StoredPoint(LearningPoint):
    """A point with what the gain is measured from."""

    correct: str
    """A 1 for every validation row that is predicted correctly, a 0 for every other, in their order."""
    records: Annotated[list[int] | None, ABSENT_IF_NONE] = None
    """The number of the record that each row is an answer of; absent where every record is one row."""


def stored_learning_curve(run: Run) -> LearningCurve | NotMeasured:
    """The points that were measured so far, if any."""
    if run.facts.method == IMPORTED:
        return NotMeasured("the predictions were imported: there is no model to train")
    points = _stored_points(run)
    if not points:
        return NotMeasured(f"run {command('evaluate', run.id, learning_curve=True)}")
    shown = [LearningPoint(**point.model_dump(exclude={"correct", "records"})) for point in points]
    return LearningCurve(split=Split.VALIDATION, points=shown, gain_of_doubling=_gain_of_doubling(points))


def measure_learning_curve(
    run: Run, release: Release, *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> LearningCurve | NotMeasured:
    """Train the run's method on every subset and measure each on validation; the full train split is the run itself.

    Every point is saved in the run as soon as it is measured, so nothing is trained twice. Raises WinnowError for an
    imported run, for one that learned a teacher's answers, and when there are no validation rows.
    """
    fix = "measure the learning curve of another run"
    if run.facts.method == IMPORTED:
        raise WinnowError(Problem(run.id, "its predictions were imported", "a run that was trained here", fix))
    if teacher := run.facts.settings.get("teacher"):
        found = f"it learned from the teacher {teacher}, which is no part of its release"
        raise WinnowError(Problem(run.id, found, "a run that was trained on its release alone", fix))
    if not release.counts["validation"]:
        raise WinnowError(
            Problem(release.name, "no validation rows", "validation rows", "freeze a release with validation rows")
        )
    order = group_order(release.rows("train"), seed=run.facts.seed)
    points = _stored_points(run)
    for done, share in enumerate(SHARES):
        if progress:
            progress(done, len(SHARES))
        if all(point.share != share for point in points):
            point = _measure_point(run, release, groups_in_share(order, share), share, vectors_cache)
            points = sorted([*points, point], key=lambda one: one.share)
            _store_points(run, points)
    return stored_learning_curve(run)


def group_order(train: pd.DataFrame, *, seed: int) -> dict[str, list[str]]:
    """The groups of every label in the order in which they are added; a group belongs to the label of its first row."""
    label = dict(zip(reversed(train["group"].tolist()), reversed(train["label"].tolist()), strict=True))
    groups: dict[str, list[str]] = {}
    for group in sorted(label, key=lambda group: keyed_fraction("learning curve", str(seed), group)):
        groups.setdefault(label[group], []).append(group)
    return groups


def groups_in_share(order: dict[str, list[str]], share: float) -> set[str]:
    """The groups of a subset: the first ones of every label, at least one."""
    return {group for groups in order.values() for group in groups[: math.ceil(share * len(groups))]}


def _measure_point(
    run: Run, release: Release, groups: set[str], share: float, vectors_cache: Path | None
) -> _StoredPoint:
    """Train on a set of groups and measure on validation."""
    from winnow.training.evaluation.learning_points import measure_point
    from winnow.training.methods import train

    with tempfile.TemporaryDirectory() as folder:
        model, own = run, release
        if share < 1:
            own = release_with_groups(release, groups, Path(folder) / "release")
            recorded = run.facts_of(TrainedRunFacts).embedder
            model, _ = train(
                own,
                Path(folder) / "runs",
                method=run.facts.method,
                seed=run.facts.seed,
                settings=run.facts.settings,
                embedder=open_embedder(recorded.model, backend=recorded.backend),
                vectors_cache=vectors_cache,
            )
        found = measure_point(model, own, seed=run.facts.seed, vectors_cache=vectors_cache)
        train_rows, seconds = own.counts["train"], model.facts.seconds
    numbers = {record: number for number, record in enumerate(dict.fromkeys(found.records))}
    several = len(numbers) < len(found.records)
    return _StoredPoint(
        share=share,
        train_rows=train_rows,
        groups=len(groups),
        accuracy=found.accuracy,
        macro_f1=found.macro_f1,
        selection=found.selection,
        seconds=seconds,
        correct="".join("1" if ok else "0" for ok in found.correct),
        records=[numbers[record] for record in found.records] if several else None,
    )


def release_with_groups(release: Release, groups: set[str], folder: Path) -> Release:
    """A copy of a release in a folder, with the train rows of the given groups and without test rows."""
    import pyarrow.parquet as pq

    (folder / "data").mkdir(parents=True)
    for name in (TASK_COPY, *release.task().documents):
        shutil.copy(release.path / name, folder)
    shutil.copy(release.path / "data" / "validation.parquet", folder / "data")
    table = pq.read_table(release.path / "data" / "train.parquet")
    kept = table.filter([group in groups for group in table.column("group").to_pylist()])
    pq.write_table(kept, folder / "data" / "train.parquet")
    counts = {**release.counts, Split.TRAIN.value: kept.num_rows, Split.TEST.value: 0}
    manifest = release.manifest.model_copy(update={"counts": counts, "files": {}})
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return open_release(folder, checked=False)


def _gain_of_doubling(points: Sequence[_StoredPoint]) -> Difference | NotMeasured:
    """Accuracy with the full train split minus accuracy with half of it, on the same rows."""
    by_share = {point.share: point for point in points}
    if not set(DOUBLING) <= set(by_share):
        return NotMeasured("the learning curve is incomplete")
    half, whole = (by_share[share] for share in DOUBLING)
    clusters: dict[int, PairedCluster] = {}
    for record, before, after in zip(half.records or itertools.count(), half.correct, whole.correct, strict=False):
        so_far = clusters.get(record, PairedCluster(0, 0, 0))
        gained, lost = int(before < after), int(before > after)
        clusters[record] = PairedCluster(so_far.answers + 1, so_far.gained + gained, so_far.lost + lost)
    return compare_clusters(list(clusters.values())).difference


def _stored_points(run: Run) -> list[_StoredPoint]:
    try:
        known = json.loads((run.path / LEARNING_CURVE_FILE).read_text(encoding="utf-8"))
        return [_StoredPoint.model_validate(one) for one in known["points"]] if known["format"] == FORMAT else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _store_points(run: Run, points: Sequence[_StoredPoint]) -> None:
    stored = [point.model_dump(mode="json") for point in points]
    with atomic_write(run.path / LEARNING_CURVE_FILE) as temporary:
        temporary.write_text(json.dumps({"format": FORMAT, "points": stored}) + "\n", encoding="utf-8")
