"""Drift: how traffic since a release was frozen differs from earlier traffic or from train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from winnow.core.counted import agreeing, counted
from winnow.core.progress import Progress
from winnow.core.record import Record
from winnow.core.result import Measured, NotMeasured
from winnow.curation.checks.coverage.traffic import LogQuery, Traffic
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.training.monitoring.uncovered_queries import MIN_QUERIES, TrainedRelease, uncovered_queries
from winnow.validators.stats.differences import newcombe_difference
from winnow.validators.stats.label_shift import LabelShift, label_shift

LabelPredictor = Callable[[Sequence[str]], list[str]]
"""A model: texts to labels."""


class Drift(Record):
    """How newer traffic differs."""

    release: str
    """Name of the release that the model in production was trained on."""
    frozen_at: str
    """When it was frozen, in UTC."""
    newer: int
    """Number of queries after the freeze."""
    earlier: int
    """Number of queries up to the freeze."""
    undated: int
    """Number of queries without a readable time, which are not counted."""
    near_is: str
    """When a query counts as covered by train."""
    uncovered: Measured | NotMeasured
    """Share of the newer queries that train does not cover, 0 to 1, with its interval, as `coverage` estimates it."""
    uncovered_before: Measured | NotMeasured
    """The same share among the earlier queries."""
    uncovered_change: Measured | NotMeasured
    """The difference of the two shares, with its interval."""
    label_shift: LabelShift | NotMeasured
    """How the distribution of predicted labels differs from that of earlier queries or of train."""


def measure_drift(
    traffic: Traffic,
    frozen: TrainedRelease,
    predict: LabelPredictor | NotMeasured,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    seed: int = 0,
    progress: Progress | None = None,
) -> Drift | NotMeasured:
    """Compare the traffic since a release was frozen with the release.

    `predict` is the model in production, or why it cannot be run. A query counts as often as it occurred.
    """
    newer = [one for one in traffic.queries if one.at > frozen.at]
    earlier = [one for one in traffic.queries if one.at <= frozen.at]
    if len(newer) < MIN_QUERIES:
        undated = (
            f" ({counted(traffic.undated, 'other')} {agreeing(traffic.undated, 'has', 'have')} no readable time)"
            if traffic.undated
            else ""
        )
        return NotMeasured(
            f"{counted(len(newer), 'record')} of logs since the freeze, at least {MIN_QUERIES} are needed{undated}"
        )
    asked = uncovered_queries(frozen, traffic.queries, embedder, vectors_cache, progress)
    now, before = asked.share_of(newer), asked.share_of(earlier)
    return Drift(
        release=frozen.name,
        frozen_at=frozen.at.isoformat(timespec="seconds"),
        newer=len(newer),
        earlier=len(earlier),
        undated=traffic.undated,
        near_is=asked.covered_is,
        uncovered=now,
        uncovered_before=before,
        uncovered_change=newcombe_difference(now, before),
        label_shift=predict
        if isinstance(predict, NotMeasured)
        else _label_shift(newer, earlier, frozen, predict, seed),
    )


def _label_shift(
    newer: Sequence[LogQuery], earlier: Sequence[LogQuery], frozen: TrainedRelease, predict: LabelPredictor, seed: int
) -> LabelShift | NotMeasured:
    now = _label_counts(newer, predict)
    if len(earlier) >= MIN_QUERIES:
        return label_shift(_label_counts(earlier, predict), now, against="earlier traffic", seed=seed)
    if len(frozen.train) < MIN_QUERIES:
        return NotMeasured(
            f"{counted(len(frozen.train), 'train row')} and "
            f"{counted(len(earlier), 'earlier record')}, at least {MIN_QUERIES} are needed"
        )
    return label_shift(Counter(frozen.train["label"]), now, against="train", seed=seed)


def _label_counts(queries: Sequence[LogQuery], predict: LabelPredictor) -> Counter[str]:
    """How often each label is predicted; each distinct text is predicted once."""
    times = Counter(one.text for one in queries)
    counts: Counter[str] = Counter()
    for text, label in zip(times, predict(list(times)), strict=True):
        counts[label] += times[text]
    return counts
