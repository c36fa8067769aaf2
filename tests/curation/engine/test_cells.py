"""Cells rule out pairs of rows, and never one that is near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.curation.engine.test_near_pairs import clustered
from winnow.curation.engine import cells, exact_search
from winnow.curation.engine.cells import cell_blocks
from winnow.curation.engine.exact_search import near_pairs


@pytest.fixture(autouse=True)
def small_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "ROWS_PER_CELL", 8)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.sampled_from([2, 16, 96]), st.floats(0.3, 0.999), st.integers(0, 10**6))
def test_every_near_pair_is_in_one_block(n: int, d: int, threshold: float, seed: int) -> None:
    vectors = clustered(n, d, seed)
    times = np.zeros((n, n), dtype=int)
    for block in cell_blocks(vectors, threshold):
        if block.left is block.right:
            times[np.ix_(block.left, block.right)] += 1
        else:
            times[np.ix_(block.left, block.right)] += 1
            times[np.ix_(block.right, block.left)] += 1
    assert times.max() <= 1
    near = np.argwhere(np.triu(vectors @ vectors.T, 1) >= threshold)
    assert all(times[left, right] == 1 for left, right in near)


def test_rows_that_are_far_apart_are_not_compared() -> None:
    vectors = np.repeat(np.eye(40, dtype=np.float32), 10, axis=0)
    compared = sum(len(block.left) * len(block.right) for block in cell_blocks(vectors, 0.9))
    assert compared < 0.3 * len(vectors) ** 2


@pytest.mark.parametrize("entries", [1, 1 << 28])
def test_the_search_by_cells_gives_the_same_pairs_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, entries: int
) -> None:
    vectors = np.vstack([clustered(300, 96, 1), clustered(300, 96, 1)[:5]])
    whole = near_pairs(vectors, 0.85)
    monkeypatch.setattr(exact_search, "MIN_ROWS", 0)
    monkeypatch.setattr(cells, "SELECTED_ENTRIES", entries)
    divided = near_pairs(vectors, 0.85)
    assert len(whole) > 100
    for name in ("left", "right", "similarity"):
        assert getattr(whole, name).tobytes() == getattr(divided, name).tobytes()


def test_equal_rows_are_all_paired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_search, "MIN_ROWS", 0)
    same = np.repeat(clustered(1, 96, 0), 30, axis=0)
    assert len(near_pairs(same, 0.97)) == 30 * 29 // 2
