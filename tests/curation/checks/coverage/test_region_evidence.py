"""Regions, the estimate and the gate on planted traffic: missing labels are found, known queries make no region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from winnow.core.result import Measured, NotMeasured
from winnow.curation.checks.coverage.clustering import fit_centered_space
from winnow.curation.checks.coverage.region_evidence import (
    chance_excess,
    evident_regions,
    suspected_from,
    thinned,
)
from winnow.curation.checks.coverage.traffic_novelty import (
    CERTAINTY_BANDS,
    IdentifiedVectors,
    certainty_bands,
    estimate_uncovered,
    judge_traffic,
    novelty_arrays,
    novelty_of,
)
from winnow.curation.checks.coverage.uncovered_regions import UncoveredRegion
from winnow.curation.checks.gates.traffic_coverage import measure_novelty_gate
from winnow.curation.engine.query_novelty import QueryNovelty, is_new

RANDOM = np.random.default_rng(0)
CENTERS = RANDOM.normal(size=(10, 16))


class Rows(NamedTuple):
    """Planted rows: with ids, and the topic of each."""

    given: IdentifiedVectors
    topics: np.ndarray


def rows(topics: range, count: int, name: str, seed: int) -> Rows:
    random = np.random.default_rng(seed)
    codes = random.permutation(np.repeat(list(topics), count))
    vectors = CENTERS[codes] + 0.6 * random.normal(size=(len(codes), 16))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = np.array([f"{number:08x}{name}" for number in random.permutation(10**6)[: len(codes)]])
    return Rows(IdentifiedVectors(unit, ids, ids), codes)


def judged(train: Rows, traffic: Rows) -> QueryNovelty:
    labels = train.topics.astype(str)
    found = judge_traffic(train.given, labels, np.ones(len(labels), dtype=bool), traffic.given)
    assert isinstance(found, QueryNovelty)
    return found


def region(name: str, records: list[str], *, synthetic: float = 0.0) -> UncoveredRegion:
    return UncoveredRegion(name, [], len(records), records, [], "a", 0.5, synthetic)


@pytest.mark.parametrize(("topics", "passes"), [(range(8), True), (range(8, 10), False), (range(10), True)])
def test_the_gate_passes_on_known_traffic_and_fails_on_missing_labels(topics: range, passes: bool) -> None:
    """Two of ten labels are missing: exactly what the gate still allows."""
    train, traffic = rows(range(8), 30, "t", 1), rows(topics, 25, "q", 2)
    estimate = estimate_uncovered(judged(train, traffic), np.ones(len(traffic.topics), dtype=np.int64))
    assert not isinstance(estimate, NotMeasured)
    missing = float((traffic.topics >= 8).mean())
    assert estimate.share.low <= missing <= estimate.share.high
    gate = measure_novelty_gate(estimate, 0.75)
    assert (gate.verdict == "pass") is passes
    assert f"{estimate.called:,} records are called uncovered" in gate.evidence[1]


def test_a_frequent_query_is_one_piece_of_evidence() -> None:
    novelty = judged(rows(range(8), 30, "t", 1), rows(range(8), 10, "q", 2))
    weights = np.ones(80, dtype=np.int64)
    even = estimate_uncovered(novelty, weights)
    weights[0] = 500
    skewed = estimate_uncovered(novelty, weights)
    assert not isinstance(even, NotMeasured)
    assert not isinstance(skewed, NotMeasured)
    assert skewed.queries == 579
    assert skewed.share.high > even.share.high
    assert isinstance(estimate_uncovered(novelty, weights * 0), NotMeasured)


def test_bands_hold_every_query_once() -> None:
    novelty = judged(rows(range(8), 30, "t", 1), rows(range(10), 10, "q", 2))
    bands = certainty_bands(novelty, np.full(100, 2, dtype=np.int64))
    assert [one.name for one in bands] == list(CERTAINTY_BANDS)
    assert sum(one.queries for one in bands) == 200
    assert sum(one.known_share for one in bands) == pytest.approx(1)
    assert sum(one.queries for one in bands[3:]) == 2 * is_new(novelty).sum()


def test_the_result_does_not_depend_on_the_order_of_rows_and_is_stored_as_it_is() -> None:
    train, traffic = rows(range(8), 30, "t", 1), rows(range(10), 10, "q", 2)
    straight = judged(train, traffic)
    order = np.random.default_rng(3).permutation(100)
    shuffled = judged(train, Rows(IdentifiedVectors(*(part[order] for part in traffic.given)), traffic.topics[order]))
    np.testing.assert_allclose(shuffled.scores, straight.scores[order], atol=1e-3)
    stored = novelty_of(novelty_arrays(straight))
    assert isinstance(stored, QueryNovelty)
    assert stored.sensitivity == straight.sensitivity
    np.testing.assert_array_equal(stored.known_rows, straight.known_rows)
    assert novelty_of(novelty_arrays(NotMeasured("why"))) == NotMeasured("why")


def test_a_region_has_to_exceed_what_held_out_rows_make() -> None:
    train = rows(range(8), 30, "t", 1)
    novelty = judged(train, rows(range(10), 20, "q", 2))
    space = fit_centered_space(train.given.vectors, train.topics.astype(str).tolist())
    taken = thinned(novelty, 100)
    assert 100 <= len(taken) <= 200
    chance = chance_excess(train.given.vectors[novelty.known_rows[taken]], novelty.known_scores[taken], space)
    scores = {f"s{number}": suspected_from() + 1.5 for number in range(20)} | {
        f"w{n}": suspected_from() + 0.1 for n in range(5)
    }
    strong, weak = region("r9", [f"s{number}" for number in range(20)]), region("r8", [f"w{n}" for n in range(5)])
    synthetic = region("r7", [f"w{n}" for n in range(5)], synthetic=0.8)
    kept = evident_regions([weak, strong, synthetic], scores, chance, scale=1.0)
    assert [(one.id, one.record_ids) for one in kept] == [("r1", strong.record_ids), ("r2", synthetic.record_ids)]
    assert evident_regions([strong], scores, chance, scale=50.0) == []  # so much traffic has such groups by chance


def test_the_sensitivity_of_a_stored_result_is_a_figure() -> None:
    novelty = judged(rows(range(8), 30, "t", 1), rows(range(10), 10, "q", 2))
    assert isinstance(novelty.sensitivity, Measured)
    assert 0.2 <= novelty.sensitivity.low <= novelty.sensitivity.value <= 1
