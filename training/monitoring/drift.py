"""Drift: how traffic since a release was frozen differs from the traffic or train before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from winnow.core.progress import Progress
from winnow.core.result import Measure, NotMeasured
from winnow.curation.checks.coverage.traffic import LogQuery, Traffic
from winnow.curation.checks.coverage.traffic_similarity import NEAR_QUANTILE, SAMPLE_SIZE, near_threshold
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import highest_similarity_outside_group
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.differences import newcombe_difference
from winnow.validators.stats.intervals import wilson_estimate
from winnow.validators.stats.label_shift import LabelShift, label_shift

if TYPE_CHECKING:
    import pandas as pd


MIN_QUERIES = 100
"""Queries below which nothing is said: the Wilson interval of a share of 100 is up to 20 points wide."""


LabelPredictor = Callable[[Sequence[str]], list[str]]
"""A model: texts to labels."""


@dataclass(frozen=True)
class Drift:
    """What newer traffic is like."""

    release: str
    frozen_at: str
    newer: int
    """Queries since then."""
    earlier: int
    """Queries up to then."""
    undated: int
    uncovered: Measure
    """Share of the newer queries that lie near nothing in train, Wilson interval."""
    uncovered_before: Measure
    """The same of the earlier ones."""
    uncovered_change: Measure
    """The difference, with its interval."""
    label_shift: LabelShift | NotMeasured

    def json(self) -> dict[str, Any]:
        """For a report."""
        label_shift = self.label_shift
        measures = ("uncovered", "uncovered_before", "uncovered_change")
        counts = ("release", "frozen_at", "newer", "earlier", "undated")
        return {
            **{name: getattr(self, name) for name in counts},
            "near_is": f"as near to train as {1 - NEAR_QUANTILE:.0%} of train are to the rest of it",
            **{name: getattr(self, name).json() for name in measures},
            "label_shift": label_shift.json()
            if isinstance(label_shift, NotMeasured)
            else {**asdict(label_shift), "differs": label_shift.differs},
        }


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
    """Hold the traffic since a release was frozen against the release.

    `answer` is the model in production, or why it cannot be asked. A query counts as often as it was asked.
    """
    newer = [one for one in traffic.queries if one.at > frozen.at]
    earlier = [one for one in traffic.queries if one.at <= frozen.at]
    if len(newer) < MIN_QUERIES:
        undated = f" ({traffic.undated:,} have no time that can be read)" if traffic.undated else ""
        return NotMeasured(f"{len(newer):,} log queries since the freeze, {MIN_QUERIES} are needed{undated}")
    near = _TrainSimilarity.of(frozen, embedder, vectors_cache, progress)
    now, before = near.uncovered(newer), near.uncovered(earlier)
    return Drift(
        release=frozen.name,
        frozen_at=frozen.at.isoformat(timespec="seconds"),
        newer=len(newer),
        earlier=len(earlier),
        undated=traffic.undated,
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
            f"{len(frozen.train):,} train rows and {len(earlier):,} earlier queries, {MIN_QUERIES} are needed"
        )
    return label_shift(Counter(frozen.train["label"]), now, against="train", seed=seed)


def _label_counts(queries: Sequence[LogQuery], predict: LabelPredictor) -> Counter[str]:
    """How often each label is answered; each text is asked once."""
    times = Counter(one.text for one in queries)
    counts: Counter[str] = Counter()
    for text, label in zip(times, predict(list(times)), strict=True):
        counts[label] += times[text]
    return counts


@dataclass(frozen=True)
class _TrainSimilarity:
    """What near means in a release, and how near queries are."""

    near: float
    """The cosine of `curation.cover`; -1 when train is too small to say."""
    own: Vectors
    groups: list[str]
    embedder: Embedder
    vectors_cache: Path

    @classmethod
    def of(cls, frozen: TrainedRelease, embedder: Embedder, cache: Path, progress: Progress | None) -> _TrainSimilarity:
        """Train rows come sorted by id, which is a hash: the first are a random sample, and always the same one."""
        train = frozen.train
        own = embed_with_cache(list(train["text"]), embedder, cache, progress=progress)
        groups = [str(name) for name in train["group"]]
        sample = np.flatnonzero((train["label"] != frozen.fallback).to_numpy())[:SAMPLE_SIZE]
        group_numbers = np.unique(groups, return_inverse=True)[1]
        return cls(near_threshold(own, group_numbers, sample) if len(sample) else -1.0, own, groups, embedder, cache)

    def uncovered(self, queries: Sequence[LogQuery]) -> Measure:
        """The share that lies near no train row of another group.

        A query that train took from this very log is no evidence that train covers such queries.
        """
        if self.near <= -1:
            return NotMeasured("train is too small to say what near is")
        if len(queries) < MIN_QUERIES:
            return NotMeasured(f"{len(queries):,} queries, {MIN_QUERIES} are needed")
        asked = {one.record: one for one in queries}
        vectors = embed_with_cache([one.text for one in asked.values()], self.embedder, self.vectors_cache)
        group_number = {name: i for i, name in enumerate(dict.fromkeys(self.groups))}
        own = np.array([group_number[name] for name in self.groups], dtype=np.int64)
        query_groups = np.array([group_number.get(one.group, -1) for one in asked.values()], dtype=np.int64)
        far = highest_similarity_outside_group(vectors, self.own, query_groups, own) < self.near
        uncovered = dict(zip(asked, far.tolist(), strict=True))
        return wilson_estimate(sum(uncovered[one.record] for one in queries), len(queries), "no query")
