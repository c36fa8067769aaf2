"""What to label next: apart, eligible, repeatable; crowds before outliers, doubt before certainty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.curation.labeling import facility_location
from winnow.curation.labeling.acquisition import (
    AcquisitionPool,
    choose_queries,
    frequency_weight,
    margin_uncertainty,
)
from winnow.curation.labeling.facility_location import KERNEL_SHARPNESS

NEAR = 0.97

DIMENSIONS = 16


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def topics(sizes: list[int], seed: int = 0, spread: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Queries around orthogonal centres, and the topic of each."""
    topic = np.repeat(np.arange(len(sizes)), sizes)
    noise = np.random.default_rng(seed).normal(size=(len(topic), DIMENSIONS))
    return unit(np.eye(DIMENSIONS)[topic] + spread * noise), topic


def pool_of(vectors: np.ndarray, known: np.ndarray | None = None, seed: int = 0, **changed: Any) -> AcquisitionPool:
    n = len(vectors)
    known = vectors[:0] if known is None else known
    given = {
        "vectors": vectors,
        "order": np.random.default_rng(seed).permutation(n),
        "eligible": np.ones(n, dtype=bool),
        "weight": np.ones(n),
        "known": known,
    }
    return AcquisitionPool(**(given | changed))


def probe_for(sizes: list[int]) -> LinearProbe:
    vectors, topic = topics(sizes, seed=99)
    return fit_probe(vectors, [str(one) for one in topic])


@given(
    st.sampled_from(AcquisitionStrategy),
    st.integers(0, 60),
    st.integers(0, 12),
    st.integers(0, 70),
    st.sampled_from([0.3, 0.9, 0.97, 1.0]),
    st.booleans(),
    st.integers(0, 1000),
)
@settings(max_examples=150, deadline=None)
def test_what_is_chosen_is_apart_eligible_and_all_there_is(
    name: AcquisitionStrategy, n: int, m: int, count: int, near: float, probed: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    every = unit(rng.normal(size=(n + m + 1, 4)))[rng.integers(0, n + m + 1, n + m)]  # some are copies
    eligible = rng.random(n) < 0.8
    probe = LinearProbe(rng.normal(size=(3, 4)).astype(np.float32), np.zeros(3, dtype=np.float32), ["a", "b", "c"])
    pool = pool_of(every[:n], every[n:], seed, eligible=eligible, weight=rng.integers(1, 9, n).astype(float))
    chosen = choose_queries(name, pool, count, near=near, probe=probe if probed else None)

    assert chosen == choose_queries(name, pool, count, near=near, probe=probe if probed else None)
    assert len(chosen) <= count
    may = eligible | (name == "random")
    assert may[chosen].all()
    excluded = every[:0] if name == "random" else every[n:]
    taken = np.vstack([excluded, every[chosen]]).astype(np.float64)
    cosine = taken @ taken.T
    among = np.triu(np.ones_like(cosine, dtype=bool), 1)
    among[: len(excluded), : len(excluded)] = False
    assert (cosine[among] < near).all()
    if len(chosen) < count:  # then nothing else could have been taken
        left = np.setdiff1d(np.flatnonzero(may), chosen)
        assert (np.max(every[left] @ taken.T, axis=1, initial=-2) >= near - 1e-4).all()


@pytest.mark.parametrize("name", AcquisitionStrategy)
def test_the_order_of_rows_does_not_matter(name: AcquisitionStrategy) -> None:
    vectors, _ = topics([20, 15, 10, 5], spread=0.2)
    weight = np.random.default_rng(1).integers(1, 5, 50).astype(float)
    probe = probe_for([5, 5, 5, 5])
    one = pool_of(vectors, weight=weight)
    moved = np.random.default_rng(2).permutation(50)
    other = pool_of(vectors[moved], order=one.order[moved], weight=weight[moved])
    first = choose_queries(name, one, 12, near=NEAR, probe=probe)
    second = choose_queries(name, other, 12, near=NEAR, probe=probe)
    assert first == moved[second].tolist()


@pytest.mark.parametrize("name", AcquisitionStrategy)
def test_nothing_comes_of_an_empty_pool_or_of_no_count(name: AcquisitionStrategy) -> None:
    vectors, _ = topics([5, 5])
    assert choose_queries(name, pool_of(vectors[:0], vectors), 3, near=NEAR, probe=None) == []
    assert choose_queries(name, pool_of(vectors), 0, near=NEAR, probe=None) == []
    assert choose_queries(
        name, pool_of(vectors, eligible=np.zeros(10, dtype=bool)), 3, near=NEAR, probe=None
    ) == [] or (name == "random")


def test_random_follows_the_order_and_looks_at_nothing_else() -> None:
    vectors, _ = topics([10, 10], spread=0.3)
    pool = pool_of(vectors, vectors, eligible=np.zeros(20, dtype=bool), weight=np.arange(1.0, 21.0))
    chosen = choose_queries("random", pool, 8, near=1.1, probe=probe_for([4, 4]))
    assert chosen == np.argsort(pool.order)[:8].tolist()


@pytest.mark.parametrize("name", ["uncertainty", "mixed"])
def test_without_a_probe_they_are_diverse(name: AcquisitionStrategy) -> None:
    vectors, _ = topics([20, 10, 5])
    pool = pool_of(vectors, vectors[:2])
    assert choose_queries(name, pool, 9, near=NEAR, probe=None) == choose_queries(
        "diverse", pool, 9, near=NEAR, probe=None
    )


def test_diverse_asks_about_every_topic_once_the_largest_first_and_about_no_outlier() -> None:
    vectors, topic = topics([40, 30, 20, 10, 1, 1, 1])
    chosen = choose_queries("diverse", pool_of(vectors), 4, near=NEAR, probe=None)
    assert topic[chosen].tolist() == [0, 1, 2, 3]


def test_diverse_leaves_a_topic_that_is_known() -> None:
    vectors, topic = topics([40, 30, 20])
    known, _ = topics([3], seed=5)
    chosen = choose_queries("diverse", pool_of(vectors, known), 2, near=NEAR, probe=None)
    assert topic[chosen].tolist() == [1, 2]


def test_uncertainty_takes_the_smallest_margins_first() -> None:
    vectors, _ = topics([20, 20], spread=0.3)
    probe = probe_for([6, 6])
    chosen = choose_queries("uncertainty", pool_of(vectors), 10, near=1.1, probe=probe)
    two = np.sort(probe.probabilities(vectors), axis=1)
    assert chosen == np.argsort(two[:, -1] - two[:, -2])[:10].tolist()


def test_mixed_spends_where_the_probe_doubts() -> None:
    vectors, topic = topics([40, 40, 12])
    probe = probe_for([20, 20])  # it never saw the third topic
    known, _ = topics([1, 1, 1], seed=7)
    pool = pool_of(vectors, known)
    third = {
        name: int((topic[choose_queries(name, pool, 6, near=NEAR, probe=probe)] == 2).sum())
        for name in AcquisitionStrategy
    }
    assert third["mixed"] > third["diverse"]


def test_doubt_is_between_nothing_and_one_and_whole_where_there_is_one_class() -> None:
    vectors, _ = topics([10, 10], spread=0.3)
    measured = margin_uncertainty(probe_for([5, 5]), vectors)
    assert ((measured > 0) & (measured <= 1)).all()
    assert (margin_uncertainty(probe_for([5]), vectors) == 1).all()


@pytest.mark.parametrize("name", ["uncertainty", "diverse", "mixed"])
def test_of_two_topics_alike_the_one_asked_more_often_comes_first(name: AcquisitionStrategy) -> None:
    one, _ = topics([10])
    mirrored = np.roll(one, 1, axis=1)
    seen = np.r_[np.ones(10), np.full(10, 4.0)]
    probe = LinearProbe(np.zeros((2, DIMENSIONS), dtype=np.float32), np.zeros(2, dtype=np.float32), ["a", "b"])
    for weight, low in ((seen, 10), (seen[::-1].copy(), 0)):
        chosen = choose_queries(name, pool_of(np.vstack([one, mirrored]), weight=weight), 1, near=NEAR, probe=probe)
        assert low <= chosen[0] < low + 10


def test_a_query_asked_all_day_does_not_outweigh_a_topic() -> None:
    assert frequency_weight(np.array([1.0]))[0] == 1
    assert frequency_weight(np.array([10_000.0]))[0] < 11


def value(vectors: np.ndarray, weight: np.ndarray, known: np.ndarray, chosen: list[int]) -> float:
    """What the module's docstring says a batch is worth, in full and in double precision."""
    every = vectors.astype(np.float64)
    spread = 1 - np.square(every.mean(axis=0)).sum()
    spoken = np.vstack([known, vectors[chosen]]).astype(np.float64)
    return float(weight @ np.exp(KERNEL_SHARPNESS / spread * (spoken @ every.T - 1)).max(axis=0))


@given(st.integers(3, 40), st.integers(0, 4), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_every_choice_is_as_good_as_the_best_at_its_turn(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, known = unit(rng.normal(size=(n, 5)) + 0.7), unit(rng.normal(size=(m, 5))) if m else np.empty((0, 5))
    known, seen = known.astype(np.float32), rng.integers(1, 20, n).astype(float)
    chosen = choose_queries("diverse", pool_of(vectors, known, weight=seen), 6, near=1.1, probe=None)
    weight = frequency_weight(seen)
    for turn, one in enumerate(chosen):
        others = [value(vectors, weight, known, [*chosen[:turn], other]) for other in range(n)]
        assert value(vectors, weight, known, [*chosen[:turn], one]) >= max(others) - 1e-3


def test_a_large_pool_is_sampled_and_still_emptied_when_all_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facility_location, "MAX_COVERED_QUERIES", 60)
    monkeypatch.setattr(facility_location, "FIRST_CANDIDATES", 60)
    vectors, topic = topics([120, 90, 60, 30])
    pool = pool_of(vectors)
    assert sorted(topic[choose_queries("diverse", pool, 4, near=NEAR, probe=None)]) == [0, 1, 2, 3]
    assert sorted(choose_queries("diverse", pool, 1000, near=1.1, probe=None)) == list(range(300))


@pytest.mark.slow
def test_a_hundred_thousand_are_chosen_from_in_seconds() -> None:
    import time

    rng = np.random.default_rng(0)
    centres = rng.normal(size=(300, 384)).astype(np.float32)
    vectors = unit(centres[rng.integers(0, 300, 100_000)] + rng.normal(size=(100_000, 384)).astype(np.float32))
    probe = fit_probe(vectors[:600], [str(i % 50) for i in range(600)])
    pool = pool_of(vectors[600:], vectors[:600])
    for name in AcquisitionStrategy:
        begun = time.perf_counter()
        assert len(choose_queries(name, pool, 500, near=NEAR, probe=probe)) == 500
        assert time.perf_counter() - begun < 60  # 3 seconds on two idle cores


@pytest.mark.parametrize(("labels", "asked"), [(["a", "a"], 1), (["b", "b"], 0)])
def test_mixed_asks_again_beside_a_label_that_the_probe_does_not_expect_there(labels: list[str], asked: int) -> None:
    vectors, topic = topics([30, 30])
    probe = LinearProbe(2 * np.eye(2, DIMENSIONS, dtype=np.float32), np.zeros(2, dtype=np.float32), ["a", "b"])
    pool = pool_of(vectors, vectors[[0, 30]], known_labels=labels)
    assert topic[choose_queries("mixed", pool, 1, near=1.1, probe=probe)] == [asked]


def test_a_pending_query_covers_what_is_near_whatever_its_label_will_be() -> None:
    vectors, _ = topics([30, 20, 10])
    pending, probe = pool_of(vectors, vectors[[0, 30]], known_labels=["", ""]), probe_for([5, 5])
    unlabeled = pool_of(vectors, vectors[[0, 30]])
    assert choose_queries("mixed", pending, 5, near=1.1, probe=probe) == choose_queries(
        "mixed", unlabeled, 5, near=1.1, probe=probe
    )
