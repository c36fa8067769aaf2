"""Near copies share a group within a label, without chains, and never so that a label cannot be judged."""

from __future__ import annotations

import numpy as np

from winnow.curation.annotations.near_copies import NEAR_COPY, groups_with_near_copies


def on_circle(*degrees: float) -> np.ndarray:
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


STEP = float(np.degrees(np.arccos(NEAR_COPY))) - 1
"""Rows this far apart are near copies; twice as far apart they are not."""


def joined(vectors: np.ndarray, codes: list[int], *, at_least: int = 1) -> list[str]:
    return groups_with_near_copies(
        vectors, np.array(codes), [f"g{row}" for row in range(len(codes))], at_least=at_least
    )


def test_near_copies_of_one_label_are_one_group() -> None:
    assert joined(on_circle(0, 1, 90, 91), [0, 0, 0, 1]) == ["g0", "g0", "g2", "g3"]


def test_they_do_not_form_chains() -> None:
    assert joined(on_circle(0, STEP, 2 * STEP, 3 * STEP), [0] * 4) == ["g0", "g0", "g2", "g2"]


def test_a_label_that_would_keep_too_few_groups_keeps_all() -> None:
    vectors = on_circle(0, 1, 90, 180)
    assert joined(vectors, [0] * 4, at_least=4) == ["g0", "g1", "g2", "g3"]
    assert joined(vectors, [0] * 4, at_least=3) == ["g0", "g0", "g2", "g3"]


def test_whole_groups_are_joined() -> None:
    found = groups_with_near_copies(on_circle(0, 1, 120, 240), np.zeros(4, int), ["a", "b", "b", "c"], at_least=1)
    assert found == ["a", "a", "a", "c"]
