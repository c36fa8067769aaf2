"""How sure one can be that traffic is known: shares of queries by novelty, and the share that train does not cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measured, NotMeasured
from winnow.curation.engine.query_novelty import (
    FALSE_ALARMS,
    LabeledVectors,
    NoTopics,
    QueryNovelty,
    is_new,
    judge_novelty,
)
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.corrected_share import corrected_share
from winnow.validators.stats.intervals import wilson_bounds
from winnow.validators.stats.normal_scores import normal_quantile

RowIds = NDArray[np.str_]

CERTAINTY_BANDS = {"known": 0.5, "probably known": 0.9, "cannot tell": 0.95, "probably new": 0.99, "new": 1.0}
"""Bands of queries by the percentile of known queries up to which each reaches. The last two are called uncovered."""


class CertaintyBand(NamedTuple):
    """Queries about whose novelty one is equally sure."""

    name: str
    queries: int
    """Weighted by frequency."""
    share: float
    """Of all queries."""
    known_share: float
    """The share that this band would have if all traffic were known."""


@dataclass(frozen=True)
class UncoveredEstimate:
    """The share of traffic that train does not cover, without those that are called uncovered by chance."""

    called: int
    """Queries that are called uncovered, weighted by frequency."""
    queries: int
    share: Measured
    """The share of queries of labels that train lacks, 0 to 1, with its 95 % interval."""
    sensitivity: Measured
    """Share of queries of missing labels that are called uncovered."""

    @property
    def by_chance(self) -> float:
        """Share of known queries that are called uncovered."""
        return FALSE_ALARMS


def estimate_uncovered(novelty: QueryNovelty, weights: NDArray[np.int64]) -> UncoveredEstimate | NotMeasured:
    """The uncovered share of queries with these frequencies; a frequent query is one piece of evidence."""
    total = int(weights.sum())
    if not total:
        return NotMeasured("there is no traffic")
    called = int(weights[is_new(novelty)].sum())
    effective = total**2 / float(np.square(weights.astype(np.float64)).sum())
    found = Measured(called / total, *wilson_bounds(called / total, effective), total)
    return UncoveredEstimate(called, total, estimated_share(found, novelty), novelty.sensitivity)


def estimated_share(called: Measured, novelty: QueryNovelty) -> Measured:
    """The share of queries of missing labels, from the share that is called uncovered."""
    known = len(novelty.known_rows)
    alarms = Measured(FALSE_ALARMS, *wilson_bounds(FALSE_ALARMS, known), known)
    return corrected_share(called, false_alarms=alarms, sensitivity=novelty.sensitivity)


def certainty_bands(novelty: QueryNovelty, weights: NDArray[np.int64]) -> list[CertaintyBand]:
    """How many queries are in each band, the most known first."""
    ends = [normal_quantile(share) for share in list(CERTAINTY_BANDS.values())[:-1]]
    band = np.searchsorted(ends, novelty.scores)
    shares = np.diff([0.0, *CERTAINTY_BANDS.values()])
    total = max(int(weights.sum()), 1)
    counts = [int(weights[band == number].sum()) for number in range(len(shares))]
    return [
        CertaintyBand(name, count, count / total, round(float(usual), 4))
        for name, count, usual in zip(CERTAINTY_BANDS, counts, shares, strict=True)
    ]


class IdentifiedVectors(NamedTuple):
    """Vectors of records with the id and group of each."""

    vectors: Vectors
    ids: RowIds
    groups: RowIds


def judge_traffic(
    train: IdentifiedVectors, labels: RowIds, in_scope: NDArray[np.bool_], traffic: IdentifiedVectors
) -> QueryNovelty | NotMeasured:
    """How new traffic is to train rows; the result does not depend on the order of either. Ids are hashes."""
    names = np.unique(np.concatenate([train.groups, traffic.groups]))
    train_order, order = np.argsort(train.ids), np.argsort(traffic.ids)
    labeled = LabeledVectors(
        train.vectors[train_order],
        labels[train_order],
        np.searchsorted(names, train.groups)[train_order],
        in_scope[train_order],
    )
    found = judge_novelty(labeled, traffic.vectors[order], np.searchsorted(names, traffic.groups)[order])
    if isinstance(found, NotMeasured):
        return found
    scores = np.empty(len(order))
    scores[order] = found.scores
    return replace(found, scores=scores, known_rows=train_order[found.known_rows])


def novelty_arrays(found: QueryNovelty | NotMeasured) -> dict[str, Any]:
    """What `novelty_of` reads, as arrays."""
    if isinstance(found, NotMeasured):
        return {"novelty_why": np.array(found.why), "lacks_topics": np.array(isinstance(found, NoTopics))}
    sensitivity = found.sensitivity
    return {
        "novelty": found.scores,
        "known_rows": found.known_rows,
        "known_scores": found.known_scores,
        "sensitivity": np.array([sensitivity.value, sensitivity.low, sensitivity.high, sensitivity.rows]),
    }


def novelty_of(stored: Mapping[str, Any]) -> QueryNovelty | NotMeasured:
    """What `novelty_arrays` wrote."""
    if "novelty_why" in stored:
        return (NoTopics if stored["lacks_topics"] else NotMeasured)(str(stored["novelty_why"]))
    value, low, high, rows = stored["sensitivity"].tolist()
    sensitivity = Measured(value, low, high, int(rows))
    return QueryNovelty(stored["novelty"], sensitivity, stored["known_rows"], stored["known_scores"])
