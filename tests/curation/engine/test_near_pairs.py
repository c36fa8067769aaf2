from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.curation.engine import exact_search
from winnow.curation.engine.exact_search import near_pairs, nearest


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
