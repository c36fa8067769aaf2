from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from winnow.validators.stats.acceptance_sampling import (
    LOOKS,
    LotDecision,
    LotEvidence,
    decide_lot,
    defects_upper,
    look_sizes,
    lot_evidence,
)

TARGET, MAXIMUM, CONFIDENCE = 0.05, 0.10, 0.95

LEVEL = (1 - CONFIDENCE) / len(LOOKS)


def rule(lot_size: int, defective: list[bool], *, share: float = 0.15) -> LotDecision:
    return decide_lot(lot_size, defective, share=share, target=TARGET, maximum=MAXIMUM, confidence=CONFIDENCE)


def weigh(lot_size: int, read: int, defects: int) -> LotEvidence:
    return lot_evidence(lot_size, read, defects, target=TARGET, maximum=MAXIMUM, level=LEVEL)


def chances(lot_size: int, lot_defects: int, *, share: float = 0.15) -> dict[str, float]:
    """Exact probability of every last verdict: one path stands for all that have equal defects at a look."""
    found = {"accepted": 0.0, "refused": 0.0, "full_review": 0.0}
    open_paths: dict[int, tuple[float, list[bool]]] = {0: (1.0, [])}
    before = 0
    for size in look_sizes(lot_size, share=share):
        grown: dict[int, tuple[float, list[bool]]] = {}
        for defects, (chance, path) in open_paths.items():
            new = np.arange(size - before + 1)
            odds = hypergeom.pmf(new, lot_size - before, lot_defects - defects, size - before)
            for more in new[odds > 1e-15].tolist():
                old = grown.get(defects + more, (0.0, []))[0]
                step = [True] * more + [False] * (size - before - more)
                grown[defects + more] = (old + chance * float(odds[more]), path + step)
        open_paths = {}
        for defects, (chance, path) in grown.items():
            verdict = rule(lot_size, path, share=share).verdict
            if verdict == "next_look":
                open_paths[defects] = (chance, path)
            else:
                found[verdict] += chance
        before = size
    return found


lots = st.integers(1, 400).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.booleans() | st.just(False), max_size=n))  # defects are the rarer
)


@pytest.mark.parametrize("lot_size", [21, 33, 50, 80, 100, 150, 300, 1000])
@pytest.mark.parametrize("share", [0.15, 0.05, 0.5])
def test_neither_error_is_more_frequent_than_promised(lot_size: int, share: float) -> None:
    above = math.floor(Fraction("0.10") * lot_size) + 1
    within = math.floor(Fraction("0.05") * lot_size)
    assert chances(lot_size, above, share=share)["accepted"] <= 1 - CONFIDENCE
    assert chances(lot_size, within, share=share)["refused"] <= 1 - CONFIDENCE


def test_the_worse_the_lot_the_less_it_is_accepted() -> None:
    by_defects = [chances(200, defects) for defects in range(0, 60, 4)]
    for better, worse in pairwise(by_defects):
        assert sum(better.values()) == pytest.approx(1)
        assert better["accepted"] >= worse["accepted"] - 1e-12
        assert better["refused"] <= worse["refused"] + 1e-12


def test_good_lots_from_300_rows_on_need_a_fourth_of_them_and_bad_ones_are_never_accepted() -> None:
    assert chances(300, 3)["accepted"] > 0.999
    assert chances(1000, 20)["accepted"] > 0.999
    assert chances(1000, 120)["accepted"] < 0.001


@given(st.integers(1, 1500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
@settings(max_examples=40, deadline=None)
def test_the_bound_fails_no_more_often_than_its_level(lot: tuple[int, int]) -> None:
    lot_size, lot_defects = lot
    read = min(lot_size, 20 + lot_size // 7)
    # The bound rises with the defects found, so the ones that miss the truth are the smallest.
    missing = -1
    while missing < read and defects_upper(lot_size, read, missing + 1, level=LEVEL) < lot_defects:
        missing += 1
    assert hypergeom.cdf(missing, lot_size, lot_defects, read) <= LEVEL + 1e-12


def test_the_bound_of_the_look_that_decided_fails_no_more_often_than_promised() -> None:
    generator = np.random.default_rng(14)
    for lot_defects in (6, 10, 21):
        lot = np.arange(200) < lot_defects
        rulings = [rule(200, generator.permutation(lot)[:130].tolist()) for _ in range(400)]
        fails = sum(one.evidence.lot_rate_upper * 200 < lot_defects - 1e-9 for one in rulings)
        assert fails / 400 <= 1 - CONFIDENCE


@given(lots)
@settings(deadline=None)
def test_a_lot_is_accepted_only_with_a_bound_at_most_the_maximum(lot: tuple[int, list[bool]]) -> None:
    lot_decision = rule(*lot)
    if lot_decision.verdict == "accepted":
        assert lot_decision.evidence.lot_rate_upper <= MAXIMUM
        assert lot_decision.evidence.defects <= TARGET * lot_decision.evidence.read
    assert lot_decision.evidence.read <= len(lot[1])
    assert 0 <= lot_decision.evidence.lot_rate_upper <= 1
    assert 0 <= lot_decision.evidence.rest_rate_upper <= 1


@given(st.integers(1, 400), st.data())
@settings(deadline=None)
def test_bound_and_test_agree(lot_size: int, data: st.DataObject) -> None:
    read = data.draw(st.integers(0, lot_size))
    seen = weigh(lot_size, read, data.draw(st.integers(0, read)))
    assert (seen.p_above <= LEVEL) == (seen.lot_rate_upper <= MAXIMUM)


@given(lots)
@settings(deadline=None)
def test_reading_as_told_ends_and_only_whole_looks_are_counted(lot: tuple[int, list[bool]]) -> None:
    lot_size, given_rows = lot
    rows = given_rows + [False] * (lot_size - len(given_rows))
    read, looks, lot_decision = 0, 0, rule(lot_size, [])
    while lot_decision.more:
        assert (
            rule(lot_size, rows[: read + lot_decision.more - 1]).evidence == lot_decision.evidence
        )  # peeking shows nothing new
        read += lot_decision.more
        lot_decision = rule(lot_size, rows[:read])
        looks += 1
    assert lot_decision.verdict in ("accepted", "refused", "fully_reviewed")
    assert looks <= len(LOOKS) + 1
    if lot_decision.verdict != "fully_reviewed":  # and it stays so until the last row is read
        assert rule(lot_size, rows[:-1]) == lot_decision
        assert rule(lot_size, rows).verdict == "fully_reviewed"


@given(st.integers(1, 2000), st.floats(0, 1))
def test_looks_rise_and_fit_the_lot(lot_size: int, share: float) -> None:
    sizes = look_sizes(lot_size, share=share)
    assert sorted(set(sizes)) == list(sizes)
    assert len(sizes) <= len(LOOKS)
    assert all(20 <= size < lot_size for size in sizes)
    assert all(size >= share * lot_size for size in sizes)
    assert set(sizes) <= set(look_sizes(lot_size, share=0.15)) or share != 0.15


@given(st.integers(30, 300), st.integers(0, 30), st.integers(0, 30))
@settings(deadline=None)
def test_evidence_follows_the_defects(lot_size: int, one: int, other: int) -> None:
    fewer, more = (weigh(lot_size, 30, defects) for defects in sorted((one, other)))
    assert fewer.p_above <= more.p_above
    assert fewer.p_within >= more.p_within
    assert fewer.lot_rate_upper <= more.lot_rate_upper
