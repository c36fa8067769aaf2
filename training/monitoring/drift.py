"""Drift: how traffic since a release was frozen differs from earlier traffic or from train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.counted import agreeing, counted
from winnow.core.progress import Progress
from winnow.core.record import Record
from winnow.core.result import Measure, Measured, NotMeasured
from winnow.curation.checks.coverage.traffic import LogQuery, Traffic
from winnow.curation.checks.coverage.traffic_similarity import NEAR_QUANTILE, SAMPLE_SIZE, near_threshold
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import highest_similarity_outside_group
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.differences import newcombe_difference
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.label_shift import LabelShift, label_shift

if TYPE_CHECKING:
    import pandas as pd


MIN_QUERIES = 100
"""Minimum number of queries: with 100, the Wilson interval of a share is up to 20 points wide."""

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
    """When a query counts as similar to train."""
    uncovered: Measured | NotMeasured
    """Share of the newer queries without a similar train row, 0 to 1, with its Wilson interval."""
    uncovered_before: Measured | NotMeasured
    """The same share among the earlier queries."""
    uncovered_change: Measured | NotMeasured
    """The difference of the two shares, with its interval."""
    label_shift: LabelShift | NotMeasured
    """How the distribution of predicted labels differs from that of earlier queries or of train."""


@dataclass(frozen=True)
class TrainedRelease:
    """The release that the model in production was trained on."""

    name: str
    at: datetime
    train: pd.DataFrame
    """Its train rows."""
    fallback: str | None


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
    near = _TrainSimilarity.of(frozen, embedder, vectors_cache, progress)
    now, before = near.uncovered(newer), near.uncovered(earlier)
    return Drift(
        release=frozen.name,
        frozen_at=frozen.at.isoformat(timespec="seconds"),
        newer=len(newer),
        earlier=len(earlier),
        undated=traffic.undated,
        near_is=f"as similar to train as {1 - NEAR_QUANTILE:.0%} of train rows are to the rest of train",
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


@dataclass(frozen=True)
class _TrainSimilarity:
    """The similarity threshold of a release, and how many queries are below it."""

    near: float
    """The threshold of `traffic_similarity`; -1 when train is too small."""
    own: Vectors
    groups: list[str]
    embedder: Embedder
    vectors_cache: Path

    @classmethod
    def of(cls, frozen: TrainedRelease, embedder: Embedder, cache: Path, progress: Progress | None) -> _TrainSimilarity:
        """Train rows are sorted by id, a hash: the first rows are a random sample, and always the same."""
        train = frozen.train
        own = compared_vectors(list(train["text"]), embedder, cache, ComparedFor.TOPIC, progress=progress)
        groups = [str(name) for name in train["group"]]
        sample = np.flatnonzero((train["label"] != frozen.fallback).to_numpy())[:SAMPLE_SIZE]
        group_numbers = np.unique(groups, return_inverse=True)[1]
        return cls(near_threshold(own, group_numbers, sample) if len(sample) else -1.0, own, groups, embedder, cache)

    def uncovered(self, queries: Sequence[LogQuery]) -> Measure:
        """The share of queries without a similar train row of another group.

        A query that is itself in train is no evidence that train covers such queries.
        """
        if self.near <= -1:
            return NotMeasured("train is too small to determine the similarity threshold")
        if len(queries) < MIN_QUERIES:
            return NotMeasured(f"{counted(len(queries), 'record')}, at least {MIN_QUERIES} are needed")
        distinct = {one.record: one for one in queries}
        texts = [one.text for one in distinct.values()]
        vectors = compared_vectors(texts, self.embedder, self.vectors_cache, ComparedFor.TOPIC)
        group_number = {name: i for i, name in enumerate(dict.fromkeys(self.groups))}
        own = np.array([group_number[name] for name in self.groups], dtype=np.int64)
        query_groups = np.array([group_number.get(one.group, -1) for one in distinct.values()], dtype=np.int64)
        far = highest_similarity_outside_group(vectors, self.own, query_groups, own) < self.near
        uncovered = dict(zip(distinct, far.tolist(), strict=True))
        return proportion(sum(uncovered[one.record] for one in queries), len(queries), "there are no records")
