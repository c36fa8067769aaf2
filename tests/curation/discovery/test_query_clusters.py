"""Groups of queries: as planted, the same for the same queries, and repeats without a chain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.curation.discovery.test_choose_cut import planted
from winnow.curation.discovery import query_clusters
from winnow.curation.discovery.query_clusters import MIN_SIZE, cluster_queries, near_repeats


def test_planted_groups_are_found_and_what_is_alone_is_not() -> None:
    alone = np.eye(32, dtype=np.float32)[20:27]
    vectors = np.vstack([planted(8, 12, 0.12), alone])
    found = cluster_queries(vectors).clusters
    assert sorted(sorted(one.members // 12) for one in found) == [[group] * 12 for group in range(8)]
    assert all(0.5 < one.cohesion < 1 and one.nearest is not None for one in found)
    assert len({int(i) for one in found for i in one.members}) == 96


def test_the_first_members_are_the_most_central() -> None:
    vectors = planted(8, 12, 0.12)
    for one in cluster_queries(vectors).clusters:
        inside = vectors[one.members]
        cosines = inside @ inside.mean(axis=0)
        assert cosines[:4].mean() > cosines[-4:].mean()


def test_groups_do_not_depend_on_the_order_of_the_queries() -> None:
    vectors = planted(8, 12, 0.12)
    order = np.random.default_rng(1).permutation(len(vectors))
    groups = {frozenset(map(int, one.members)) for one in cluster_queries(vectors).clusters}
    assert {frozenset(int(order[i]) for i in one.members) for one in cluster_queries(vectors[order]).clusters} == groups


def test_few_queries_make_no_group() -> None:
    assert len(cluster_queries(planted(1, 2 * MIN_SIZE - 1, 0.1)).clusters) == 0
    assert len(cluster_queries(np.empty((0, 32), dtype=np.float32)).clusters) == 0


def test_a_group_is_a_share_of_the_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = planted(9, 12, 0.12)[:102]  # six of the last group
    sizes = [len(one.members) for one in cluster_queries(vectors).clusters]
    assert sizes == [12] * 8 + [6]
    monkeypatch.setattr(query_clusters, "MIN_SHARE", 0.1)
    assert [len(one.members) for one in cluster_queries(vectors).clusters] == [12] * 8


@given(st.lists(st.floats(0, 3), min_size=1, max_size=12))
def test_a_repeat_repeats_what_is_kept_and_is_near_it(angles: list[float]) -> None:
    vectors = np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)
    repeats = near_repeats(vectors, 0.97)
    assert (repeats[repeats] == repeats).all()
    assert (repeats <= np.arange(len(angles))).all()
    assert all(vectors[i] @ vectors[j] >= 0.9699 for i, j in enumerate(repeats))
    kept = vectors[repeats == np.arange(len(angles))]
    apart = kept @ kept.T - 2 * np.eye(len(kept))
    assert (apart < 0.9701).all()


def test_no_query_has_no_repeats() -> None:
    assert near_repeats(np.empty((0, 0), dtype=np.float32), 0.97).tolist() == []
