"""The cut is measured on the queries: a silhouette equal to scikit-learn's, and groups that are as planted."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from winnow.curation.discovery import choose_cut
from winnow.curation.discovery.choose_cut import CUTS, cut_scores, large_groups, silhouette
from winnow.curation.engine.vectors import Vectors


def planted(groups: int, each: int, spread: float) -> Vectors:
    """Unit vectors around as many directions at right angles."""
    random = np.random.default_rng(0)
    centers = np.eye(groups, 32).repeat(each, axis=0)
    vectors = centers + spread * random.normal(size=centers.shape)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    vectors = planted(4, 10, 0.15)
    found = np.arange(4).repeat(10)
    distances = np.clip(1 - vectors @ vectors.T, 0, 2)
    np.fill_diagonal(distances, 0)
    assert silhouette(distances, found) == pytest.approx(silhouette_score(distances, found, metric="precomputed"), 1e-4)
    assert silhouette(distances, np.where(np.arange(40) < 40, 0, 0)) == 0


def test_rows_without_a_group_lower_the_silhouette_and_belong_to_no_neighbor() -> None:
    vectors = planted(4, 10, 0.15)
    distances = np.clip(1 - vectors @ vectors.T, 0, 2)
    np.fill_diagonal(distances, 0)
    found = np.arange(4).repeat(10)
    half = np.where(found < 2, found, -1)
    alone = silhouette(distances[:20, :20], found[:20])
    assert silhouette(distances, half) == pytest.approx(alone / 2, 1e-4)


def nested() -> Vectors:
    """Two broad groups of four narrow ones, with twelve rows each."""
    broad = np.eye(32, dtype=np.float32)[30 + np.arange(96) // 48]
    vectors = planted(8, 12, 0.05) + 0.9 * broad
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_cut_is_where_groups_are_apart() -> None:
    vectors = nested() - nested().mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = cut_scores(vectors, min_size=5)
    assert max(scores) > scores[0] + 0.1
    assert choose_cut.choose_cut(vectors, min_size=5) == CUTS[scores.index(max(scores))]


def test_of_equally_good_cuts_the_lowest_is_taken() -> None:
    assert len(set(cut_scores(planted(8, 12, 0.05), min_size=5))) == 1
    assert choose_cut.choose_cut(planted(8, 12, 0.05), min_size=5) == CUTS[0]


def test_a_sample_stands_for_many_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = planted(6, 40, 0.2)
    whole = cut_scores(vectors, min_size=20)
    monkeypatch.setattr(choose_cut, "MAX_COMPARED", 120)
    sampled = cut_scores(vectors, min_size=20)
    assert len(sampled) == len(whole) == len(CUTS)
    assert max(sampled) == pytest.approx(max(whole), rel=0.1)


def test_small_groups_are_none() -> None:
    found = np.array([0, 0, 1, 2, 2, 2, -1])
    assert large_groups(found, 2).tolist() == [0, 0, -1, 1, 1, 1, -1]
    assert large_groups(np.array([-1, -1]), 2).tolist() == [-1, -1]
