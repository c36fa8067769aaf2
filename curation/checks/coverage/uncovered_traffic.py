"""Traffic that train does not cover, in regions that chance does not explain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from winnow.core.result import NotMeasured
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.coverage.clustering import CenteredSpace, fit_centered_space
from winnow.curation.checks.coverage.region_evidence import chance_excess, evident_regions, is_suspected, thinned
from winnow.curation.checks.coverage.task_facets import wording_texts
from winnow.curation.checks.coverage.uncovered_regions import UncoveredRegion, find_regions, words_of
from winnow.curation.engine.vectors import Vectors
from winnow.validators.kinds import kind_of
from winnow.validators.wording.spelling import frequent_words

if TYPE_CHECKING:
    import pandas as pd


class UncoveredTraffic(NamedTuple):
    """Traffic that train does not cover, in regions."""

    regions: list[UncoveredRegion]
    outside_regions: int
    """Uncovered records in no region."""


def find_uncovered_traffic(
    check: CheckResult,
    train: pd.DataFrame,
    train_vectors: Vectors,
    traffic_vectors: Vectors,
    vectors: Mapping[str, Any],
) -> UncoveredTraffic:
    """Regions of traffic that train does not cover, or only with synthetic records, and that chance does not explain.

    Only traffic that is assigned to train and repeats no hold-out record is in them, because plans quote it.
    """
    traffic_coverage = check.traffic_coverage
    if not traffic_coverage.is_measured:
        return UncoveredTraffic([], 0)
    traffic, kind = check.table.iloc[traffic_coverage.traffic], kind_of(check.task)
    repeats = traffic["text"].map(check.hold_out_texts.contain).to_numpy(dtype=bool)
    quotable = (traffic["assigned_split"] == "train").to_numpy() & ~repeats
    novelty = traffic_coverage.novelty
    new = ~traffic_coverage.covered if isinstance(novelty, NotMeasured) else is_suspected(novelty)
    rows = np.flatnonzero((new | traffic_coverage.synthetic_only) & quotable)
    labels = check.table["label"].to_numpy()
    facts = traffic.iloc[rows].assign(
        text=wording_texts(traffic.iloc[rows], kind),
        nearest=labels[traffic_coverage.position[rows]],
        similarity=traffic_coverage.similarity[rows],
        synthetic_only=traffic_coverage.synthetic_only[rows],
    )
    texts = [*wording_texts(train, kind), *wording_texts(traffic[quotable], kind)]
    word_counts = Counter(word for text in texts for word in words_of(text))
    word_counts.update(
        dict.fromkeys(frequent_words(check.task.language), len(texts))
    )  # common words name no topic, even if rare here
    topics = (train["label"] != check.task.fallback).to_numpy()
    space = fit_centered_space(train_vectors[topics], list(train["label"][topics]))
    regions = find_regions(facts, traffic_vectors[rows], space, word_counts, len(texts))
    regions = _beyond_chance(regions, check, traffic["id"][quotable], vectors, space)
    inside = {record for region in regions for record in region.record_ids}
    uncovered = (~traffic_coverage.covered | traffic_coverage.synthetic_only) & quotable
    outside = sum(record not in inside for record in traffic["id"].to_numpy()[uncovered])
    return UncoveredTraffic(regions, outside)


def _beyond_chance(
    regions: list[UncoveredRegion],
    check: CheckResult,
    quotable: pd.Series[str],
    vectors: Mapping[str, Any],
    space: CenteredSpace,
) -> list[UncoveredRegion]:
    """The regions that known queries do not make by chance; all where novelty is not judged."""
    coverage, novelty = check.traffic_coverage, check.traffic_coverage.novelty
    if isinstance(novelty, NotMeasured) or quotable.empty:
        return regions
    scores = dict(zip(check.table["id"].iloc[coverage.traffic], novelty.scores.tolist(), strict=True))
    taken = thinned(novelty, len(quotable))
    known = stacked_vectors(vectors, check.table["text"].iloc[novelty.known_rows[taken]])
    chance = chance_excess(known, novelty.known_scores[taken], space)
    return evident_regions(regions, scores, chance, scale=max(len(quotable) / len(taken), 1.0))


def stacked_vectors(vectors: Mapping[str, Any], texts: Iterable[str]) -> Vectors:
    """The vectors of texts, one row each."""
    rows = [vectors[text] for text in texts]
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)
