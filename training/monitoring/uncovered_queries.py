"""Which queries of logs the release of the model in production does not cover, by the rule of `coverage`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.counted import counted
from winnow.core.progress import Progress
from winnow.core.result import Measure, NotMeasured
from winnow.curation.checks.coverage.traffic import LogQuery
from winnow.curation.checks.coverage.traffic_novelty import IdentifiedVectors, estimated_share, judge_traffic
from winnow.curation.checks.coverage.traffic_similarity import (
    NEAR_QUANTILE,
    NOT_JUDGED,
    SAMPLE_SIZE,
    TOO_SMALL,
    near_threshold,
)
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import highest_similarity_outside_group
from winnow.curation.engine.query_novelty import FALSE_ALARMS, NoTopics, QueryNovelty, is_new
from winnow.validators.stats.intervals import proportion

if TYPE_CHECKING:
    import pandas as pd


MIN_QUERIES = 100
"""Minimum number of queries: with 100, the Wilson interval of a share is up to 20 points wide."""

NEAR_IS = f"as similar to train as {1 - NEAR_QUANTILE:.0%} of train rows are to the rest of train"

KNOWN_IS = f"less new to train than {FALSE_ALARMS:.0%} of train rows are to the rest of train; corrected for these"


@dataclass(frozen=True)
class TrainedRelease:
    """The release that the model in production was trained on."""

    name: str
    at: datetime
    train: pd.DataFrame
    """Its train rows, sorted by id, which is a hash: the first ones are a random sample, always the same."""
    fallback: str | None
    given_labels: bool = True
    """Whether labels do not follow from the content: then novelty is judged."""


@dataclass(frozen=True)
class UncoveredQueries:
    """The queries that are called uncovered."""

    called: Mapping[str, bool]
    """By record."""
    novelty: QueryNovelty | NotMeasured
    why: str = ""
    """Why it is not measured."""

    @property
    def covered_is(self) -> str:
        """When a query counts as covered."""
        return NEAR_IS if isinstance(self.novelty, NotMeasured) else KNOWN_IS

    def share_of(self, queries: Sequence[LogQuery]) -> Measure:
        """The share of queries that train does not cover; a query counts as often as it occurred."""
        if self.why:
            return NotMeasured(self.why)
        if len(queries) < MIN_QUERIES:
            return NotMeasured(f"{counted(len(queries), 'record')}, at least {MIN_QUERIES} are needed")
        found = proportion(sum(self.called[one.record] for one in queries), len(queries), "there are no records")
        if isinstance(self.novelty, NotMeasured) or isinstance(found, NotMeasured):
            return found
        return estimated_share(found, self.novelty)


def uncovered_queries(
    frozen: TrainedRelease,
    queries: Sequence[LogQuery],
    embedder: Embedder,
    cache: Path,
    progress: Progress | None = None,
) -> UncoveredQueries:
    """Compare queries with the train rows of other groups: one that is in train itself is no evidence."""
    distinct = {one.record: one for one in queries}
    asked = IdentifiedVectors(
        compared_vectors([one.text for one in distinct.values()], embedder, cache, ComparedFor.TOPIC),
        np.array(list(distinct)),
        np.array([one.group for one in distinct.values()]),
    )
    train = IdentifiedVectors(
        compared_vectors(list(frozen.train["text"]), embedder, cache, ComparedFor.TOPIC, progress=progress),
        frozen.train["id"].to_numpy().astype(str),
        frozen.train["group"].to_numpy().astype(str),
    )
    labels = frozen.train["label"].to_numpy().astype(str)
    in_scope = labels != frozen.fallback
    novelty = judge_traffic(train, labels, in_scope, asked) if frozen.given_labels else NOT_JUDGED
    if not isinstance(novelty, NotMeasured):
        return UncoveredQueries(dict(zip(distinct, is_new(novelty).tolist(), strict=True)), novelty)
    if isinstance(novelty, NoTopics):
        return UncoveredQueries({}, novelty, novelty.why)
    return _by_nearness(train, in_scope, asked, novelty)


def _by_nearness(
    train: IdentifiedVectors, in_scope: np.ndarray, asked: IdentifiedVectors, novelty: NotMeasured
) -> UncoveredQueries:
    names = np.unique(np.concatenate([train.groups, asked.groups]))
    groups, own = np.searchsorted(names, train.groups), np.searchsorted(names, asked.groups)
    sample = np.flatnonzero(in_scope)[:SAMPLE_SIZE]
    near = near_threshold(train.vectors, groups, sample) if len(sample) else -1.0
    if near <= -1:
        return UncoveredQueries({}, novelty, TOO_SMALL)
    far = highest_similarity_outside_group(asked.vectors, train.vectors, own, groups) < near
    return UncoveredQueries(dict(zip(asked.ids.tolist(), far.tolist(), strict=True)), novelty)
