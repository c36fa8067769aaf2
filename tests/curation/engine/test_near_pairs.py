from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.curation.engine import exact_search
from winnow.curation.engine.exact_search import (
    highest_similarity_outside_group,
    near_pairs,
    near_pairs_with,
    nearest,
    nearest_outside_group,
)


def clustered(n: int, dimensions: int, seed: int) -> np.ndarray:
    """Unit vectors in tight clusters, so that there are pairs to find."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(max(1, n // 5), dimensions))
    vectors = centres[generator.integers(0, len(centres), n)] + 0.3 * generator.normal(size=(n, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.sampled_from([2, 64, 65, 66, 384]), st.floats(0.0, 0.999), st.integers(0, 10**6))
def test_the_bounded_search_finds_what_the_full_product_finds(n: int, d: int, threshold: float, seed: int) -> None:
    vectors = clustered(n, d, seed)
    product = np.triu(vectors @ vectors.T, 1)
    found = near_pairs(vectors, threshold)
    surely = set(zip(*np.nonzero(product >= threshold + 1e-5), strict=True))
    perhaps = set(zip(*np.nonzero(product >= threshold - 1e-5), strict=True))
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert surely <= pairs <= perhaps | {(i, j) for i, j in pairs if threshold <= 1e-5}
    assert len(pairs) == len(found)


@pytest.mark.parametrize(("rows", "columns"), [(7, 11), (64, 64), (1000, 13)])
def test_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch, rows: int, columns: int) -> None:
    vectors = clustered(150, 96, 1)
    whole = near_pairs(vectors, 0.8)
    monkeypatch.setattr(exact_search, "BLOCK_ROWS", rows)
    monkeypatch.setattr(exact_search, "BLOCK_COLUMNS", columns)
    blocked = near_pairs(vectors, 0.8)
    assert np.array_equal(whole.left, blocked.left)
    assert np.array_equal(whole.right, blocked.right)
    index, similarity = nearest(vectors[:40], vectors[40:])
    product = vectors[:40] @ vectors[40:].T
    assert np.array_equal(index, product.argmax(axis=1))
    assert np.allclose(similarity, product.max(axis=1), atol=1e-6)


def test_a_higher_threshold_needs_no_new_search() -> None:
    vectors = clustered(200, 96, 2)
    low, high = near_pairs(vectors, 0.7).above(0.85), near_pairs(vectors, 0.85)
    assert np.array_equal(low.left, high.left)
    assert np.array_equal(low.right, high.right)


def test_nothing_is_near_nothing() -> None:
    empty = np.empty((0, 384), dtype=np.float32)
    assert len(near_pairs(empty, 0.9)) == 0
    index, similarity = nearest(clustered(3, 384, 0), empty)
    assert index.tolist() == [-1, -1, -1]
    assert similarity.tolist() == [-1, -1, -1]


def test_a_pair_exactly_at_the_threshold_is_near() -> None:
    vectors = np.array([[1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [0, 0, 0, 1]], dtype=np.float32)
    found = near_pairs(vectors, 0.5)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert len(found.above(0.5)) == 2
    assert len(near_pairs(vectors, 0.501)) == len(found.above(0.501)) == 0
    added = near_pairs_with(np.array([1]), vectors, 0.5)
    assert list(zip(added.left.tolist(), added.right.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert len(near_pairs_with(np.array([1]), vectors, 0.501)) == 0


@pytest.mark.parametrize("block", [7, 512])
def test_new_rows_find_each_of_their_pairs_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    vectors, new = clustered(60, 16, 3), np.array([0, 4, 15, 41, 59])
    whole = near_pairs(vectors, 0.6)
    expected = np.isin(whole.left, new) | np.isin(whole.right, new)
    assert (np.isin(whole.left, new) & np.isin(whole.right, new)).any()
    monkeypatch.setattr(exact_search, "BLOCK_ROWS", 2)
    monkeypatch.setattr(exact_search, "BLOCK_COLUMNS", block)
    found = near_pairs_with(new, vectors, 0.6)
    assert np.array_equal(found.left, whole.left[expected])
    assert np.array_equal(found.right, whole.right[expected])
    assert np.array_equal(found.similarity, whole.similarity[expected])


@pytest.mark.parametrize("block", [7, 512])
def test_rows_of_the_same_group_are_never_neighbors(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(exact_search, "BLOCK_ROWS", block)
    monkeypatch.setattr(exact_search, "BLOCK_COLUMNS", block)
    vectors, groups = clustered(40, 8, 4), np.arange(40) // 4
    product = vectors @ vectors.T
    product[groups[:, None] == groups[None, :]] = -1
    index, similarity = nearest_outside_group(vectors, 3, groups)
    assert np.array_equal(index, np.argsort(-product, axis=1)[:, :3])
    assert np.allclose(similarity, -np.sort(-product, axis=1)[:, :3], atol=1e-6)
    highest = highest_similarity_outside_group(vectors, vectors, groups, groups)
    assert np.allclose(highest, product.max(axis=1), atol=1e-6)


def test_without_another_group_there_is_no_neighbor() -> None:
    vectors, one_group = clustered(3, 8, 5), np.zeros(3, dtype=np.int64)
    index, similarity = nearest_outside_group(vectors, 5, one_group)
    assert index.tolist() == [[-1] * 3] * 3
    assert similarity.tolist() == [[-1.0] * 3] * 3
    assert highest_similarity_outside_group(vectors, vectors, one_group, one_group).tolist() == [-1.0] * 3
    assert highest_similarity_outside_group(vectors, vectors[:0], one_group, one_group[:0]).tolist() == [-1.0] * 3


def test_the_first_of_equally_near_rows_is_found_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_search, "BLOCK_ROWS", 1)
    monkeypatch.setattr(exact_search, "BLOCK_COLUMNS", 2)
    axes = np.eye(4, dtype=np.float32)
    index, similarity = nearest(axes[[1, 0, 3, 2]], axes[[0, 1, 1, 0, 2]])
    assert index.tolist() == [1, 0, 0, 4]
    assert similarity.tolist() == [1.0, 1.0, 0.0, 1.0]
