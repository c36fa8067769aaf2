"""Drift: how the traffic since a release was frozen differs from what its model was made for.

Two things are measured. How much of the newer traffic lies near nothing that train holds, against the traffic before;
and whether the answers fall on the labels in other shares than before. Train itself is no sample of traffic: people
and generators fill it label by label. Where enough earlier traffic is known, newer traffic is therefore held against
that, and only else against train.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.cover import NEAR_QUANTILE, SAMPLED, near_threshold
from curation.embed import Embedder, Progress, Vectors
from curation.estimates import Measure, NotMeasured, difference, share
from curation.mix import Mix, label_mix
from curation.near import nearest_apart
from curation.traffic import Query, Traffic
from curation.vectors import vectors_for

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 100
"""Queries below which nothing is said: the Wilson interval of a share of 100 is up to 20 points wide."""
Answer = Callable[[Sequence[str]], list[str]]
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
    more_uncovered: Measure
    """The difference, with its interval."""
    mix: Mix | NotMeasured

    def json(self) -> dict[str, Any]:
        """For a report."""
        mix = self.mix
        measures = ("uncovered", "uncovered_before", "more_uncovered")
        counts = ("release", "frozen_at", "newer", "earlier", "undated")
        return {
            **{name: getattr(self, name) for name in counts},
            "near_is": f"as near to train as {1 - NEAR_QUANTILE:.0%} of train are to the rest of it",
            **{name: getattr(self, name).json() for name in measures},
            "mix": mix.json() if isinstance(mix, NotMeasured) else {**asdict(mix), "differs": mix.differs},
        }


@dataclass(frozen=True)
class Frozen:
    """The release that the model in production was trained on."""

    name: str
    at: datetime
    train: pd.DataFrame
    """Its train rows."""
    fallback: str | None


def measure_drift(
    seen: Traffic,
    frozen: Frozen,
    answer: Answer | NotMeasured,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    seed: int = 0,
    progress: Progress | None = None,
) -> Drift | NotMeasured:
    """Hold the traffic since a release was frozen against the release.

    `answer` is the model in production, or why it cannot be asked. A query counts as often as it was asked.
    """
    newer = [one for one in seen.queries if one.at > frozen.at]
    earlier = [one for one in seen.queries if one.at <= frozen.at]
    if len(newer) < FEWEST:
        undated = f" ({seen.undated:,} have no time that can be read)" if seen.undated else ""
        return NotMeasured(f"{len(newer):,} log queries since the freeze, {FEWEST} are needed{undated}")
    near = _Nearness.of(frozen, embedder, vectors_cache, progress)
    now, before = near.uncovered(newer), near.uncovered(earlier)
    return Drift(
        release=frozen.name,
        frozen_at=frozen.at.isoformat(timespec="seconds"),
        newer=len(newer),
        earlier=len(earlier),
        undated=seen.undated,
        uncovered=now,
        uncovered_before=before,
        more_uncovered=difference(now, before),
        mix=answer if isinstance(answer, NotMeasured) else _mix(newer, earlier, frozen, answer, seed),
    )


def _mix(
    newer: Sequence[Query], earlier: Sequence[Query], frozen: Frozen, answer: Answer, seed: int
) -> Mix | NotMeasured:
    now = _answered(newer, answer)
    if len(earlier) >= FEWEST:
        return label_mix(_answered(earlier, answer), now, against="earlier traffic", seed=seed)
    if len(frozen.train) < FEWEST:
        return NotMeasured(
            f"{len(frozen.train):,} train rows and {len(earlier):,} earlier queries, {FEWEST} are needed"
        )
    return label_mix(Counter(frozen.train["label"]), now, against="train", seed=seed)


def _answered(queries: Sequence[Query], answer: Answer) -> Counter[str]:
    """How often each label is answered; each text is asked once."""
    times = Counter(one.text for one in queries)
    counts: Counter[str] = Counter()
    for text, label in zip(times, answer(list(times)), strict=True):
        counts[label] += times[text]
    return counts


@dataclass(frozen=True)
class _Nearness:
    """What near means in a release, and how near queries are."""

    near: float
    """The cosine of `curation.cover`; -1 when train is too small to say."""
    own: Vectors
    families: list[str]
    embedder: Embedder
    vectors_cache: Path

    @classmethod
    def of(cls, frozen: Frozen, embedder: Embedder, cache: Path, progress: Progress | None) -> _Nearness:
        """Train rows come sorted by id, which is a hash: the first are a random sample, and always the same one."""
        train = frozen.train
        own = vectors_for(list(train["text"]), embedder, cache, progress=progress)
        families = [str(name) for name in train["family"]]
        sample = np.flatnonzero((train["label"] != frozen.fallback).to_numpy())[:SAMPLED]
        places = np.unique(families, return_inverse=True)[1]
        return cls(near_threshold(own, places, sample) if len(sample) else -1.0, own, families, embedder, cache)

    def uncovered(self, queries: Sequence[Query]) -> Measure:
        """The share that lies near no train row of another family.

        A query that train took from this very log is no evidence that train covers such queries.
        """
        if self.near <= -1:
            return NotMeasured("train is too small to say what near is")
        if len(queries) < FEWEST:
            return NotMeasured(f"{len(queries):,} queries, {FEWEST} are needed")
        asked = {one.record: one for one in queries}
        vectors = vectors_for([one.text for one in asked.values()], self.embedder, self.vectors_cache)
        place = {name: i for i, name in enumerate(dict.fromkeys(self.families))}
        own = np.array([place[name] for name in self.families], dtype=np.int64)
        theirs = np.array([place.get(one.family, -1) for one in asked.values()], dtype=np.int64)
        far = nearest_apart(vectors, self.own, theirs, own) < self.near
        uncovered = dict(zip(asked, far.tolist(), strict=True))
        return share(sum(uncovered[one.record] for one in queries), len(queries), "no query")
