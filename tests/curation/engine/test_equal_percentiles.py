"""A cosine of one model corresponds to that of another that as many of the same pairs reach."""

from __future__ import annotations

import numpy as np
import pytest

from winnow.curation.engine.equal_percentiles import REFERENCE_SHARES, corresponding_cosines, edited_pairs

COSINES = np.sort(np.random.default_rng(0).beta(8, 2, size=2000)).astype(np.float32)
WANTED = (0.97, 0.9, 0.85)


def test_a_model_that_is_calibrated_against_itself_keeps_its_cosines() -> None:
    found = corresponding_cosines(WANTED, COSINES, COSINES)
    assert [found[one] for one in WANTED] == pytest.approx(WANTED, abs=0.005)


def test_a_model_whose_cosines_are_squared_gets_the_squares() -> None:
    found = corresponding_cosines(WANTED, COSINES, COSINES**2)
    assert [found[one] for one in WANTED] == pytest.approx([one**2 for one in WANTED], abs=0.005)


def test_without_a_reference_as_many_pairs_reach_it_as_with_the_bundled_model() -> None:
    for cosine, measured in corresponding_cosines(WANTED, None, COSINES).items():
        assert float((measured <= COSINES).mean()) == pytest.approx(REFERENCE_SHARES[cosine], abs=0.002)


def test_an_edit_changes_its_text() -> None:
    pairs = edited_pairs(["cancel my order please", "where is it", "no"])
    assert {one.text for one in pairs} == {"cancel my order please", "where is it"}  # "no" has too few letters
    assert all(one.text != one.edited for one in pairs)
