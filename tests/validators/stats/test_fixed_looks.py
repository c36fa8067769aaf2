"""Looks at fixed sizes: a lot of any size is decided by the same number of readings, at the same error level."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import hypergeom

from winnow.validators.stats.acceptance_sampling import LotDecision, decide_lot, look_sizes

TARGET, MAXIMUM, CONFIDENCE = 0.05, 0.10, 0.95


def decided(lot_size: int, defective: list[bool], first_look: int | None) -> LotDecision:
    levels = {"target": TARGET, "maximum": MAXIMUM, "confidence": CONFIDENCE}
    return decide_lot(lot_size, defective, share=0.15, first_look=first_look, **levels)


def chances(lot_size: int, lot_defects: int, first_look: int) -> dict[tuple[str, int], float]:
    """Exact probability of every last verdict and its look: one path stands for all with equal defects at a look."""
    found: dict[tuple[str, int], float] = defaultdict(float)
    open_paths: dict[int, tuple[float, list[bool]]] = {0: (1.0, [])}
    before = 0
    for size in look_sizes(lot_size, share=0.15, first_look=first_look):
        grown: dict[int, tuple[float, list[bool]]] = {}
        new = np.arange(size - before + 1)
        for defects, (chance, path) in open_paths.items():
            odds = hypergeom.pmf(new, lot_size - before, lot_defects - defects, size - before)
            for more in new[odds > 1e-12].tolist():
                step = [True] * more + [False] * (size - before - more)
                old = grown.get(defects + more, (0.0, []))[0]
                grown[defects + more] = (old + chance * float(odds[more]), path + step)
        open_paths = {}
        for defects, (chance, path) in grown.items():
            one = decided(lot_size, path, first_look)
            if one.verdict == "next_look":
                open_paths[defects] = (chance, path)
            else:
                found[one.verdict, one.look] += chance
        before = size
    return found


def test_the_sample_of_a_large_lot_does_not_grow_with_it() -> None:
    assert look_sizes(1_000_000, share=0.15, first_look=100) == (100, 200, 400, 800)
    assert look_sizes(2000, share=0.15, first_look=100) == (100, 200, 400, 800)
    assert look_sizes(1000, share=0.15, first_look=100) == (100, 200, 400, 650)
    assert look_sizes(300, share=0.15, first_look=100) == look_sizes(300, share=0.15)
    assert look_sizes(20, share=0.15, first_look=100) == ()
    assert look_sizes(1_000_000, share=0.9, first_look=100) == (100,)


@pytest.mark.parametrize("lot_size", [500, 20_000])
def test_neither_error_is_more_frequent_than_promised_at_fixed_looks(lot_size: int) -> None:
    above = math.floor(Fraction("0.10") * lot_size) + 1
    within = math.floor(Fraction("0.05") * lot_size)
    bad, good = chances(lot_size, above, 25), chances(lot_size, within, 25)
    assert sum(bad.values()) == pytest.approx(1, abs=1e-6)
    assert sum(chance for (verdict, _), chance in bad.items() if verdict == "accepted") <= 1 - CONFIDENCE
    by_test = sum(chance for (verdict, look), chance in good.items() if verdict == "refused" and look < 4)
    assert by_test <= 1 - CONFIDENCE


def test_a_large_lot_that_no_look_decides_is_refused_and_a_small_one_is_read_in_full() -> None:
    undecided = [i % 16 == 0 for i in range(800)]  # above the target, and within the maximum
    large = decided(100_000, undecided, 100)
    assert (large.verdict, large.look, large.more) == ("refused", 4, 0)
    small = [i % 18 == 0 for i in range(650)]
    assert decided(1000, small, 100).verdict == "full_review"
    assert decided(1000, small, None).verdict == "full_review"


def test_a_million_records_are_accepted_after_a_hundred_without_a_defect() -> None:
    one = decided(1_000_000, [False] * 100, 100)
    assert (one.verdict, one.look) == ("accepted", 1)
    assert 0.04 < one.evidence.lot_rate_upper < 0.05
    assert decided(1_000_000, [True] * 4 + [False] * 96, 100).verdict == "next_look"
