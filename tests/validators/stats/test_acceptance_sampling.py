from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, pairwise

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
    labels_to_inspect_fully,
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


@pytest.mark.parametrize("lot_size", [5, 8, 11])
def test_probabilities_and_bound_are_those_of_counting_all_samples(lot_size: int) -> None:
    for read in range(lot_size + 1):
        samples = list(combinations(range(lot_size), read))

        def chance_of_at_most(defects: int, bad: int, samples: list[tuple[int, ...]] = samples) -> Fraction:
            return Fraction(sum(sum(row < bad for row in one) <= defects for one in samples), len(samples))

        for defects in range(read + 1):
            seen = lot_evidence(lot_size, read, defects, target=0.2, maximum=0.4, level=LEVEL)
            above, within = math.floor(Fraction("0.4") * lot_size) + 1, math.floor(Fraction("0.2") * lot_size)
            assert seen.p_above == pytest.approx(float(chance_of_at_most(defects, above)), abs=1e-12)
            assert seen.p_within == pytest.approx(1 - float(chance_of_at_most(defects - 1, within)), abs=1e-12)
            possible = range(defects, lot_size - read + defects + 1)
            worst = max(bad for bad in possible if chance_of_at_most(defects, bad) > LEVEL)
            assert seen.lot_rate_upper == worst / lot_size
            assert seen.rest_rate_upper == (0 if read == lot_size else (worst - defects) / (lot_size - read))


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


def test_shares_are_the_decimals_that_were_written() -> None:
    # 0.07 * 300 is 21.000000000000004 in binary, 0.29 * 100 is 28.999999999999996.
    assert look_sizes(300, share=0.07)[0] == 21
    known = lot_evidence(100, 100, 29, target=0.29, maximum=0.29, level=LEVEL)
    assert (known.p_within, known.p_above) == (1, 0)


def test_sizes_of_looks() -> None:
    assert look_sizes(1000, share=0.15) == (150, 250, 400, 650)
    assert look_sizes(100, share=0.15) == (20, 25, 40, 65)
    assert look_sizes(1000, share=0.30) == (300, 400, 650)
    assert look_sizes(1000, share=0.90) == (900,)
    assert look_sizes(21, share=0.15) == (20,)
    assert look_sizes(20, share=0.15) == ()


@pytest.mark.parametrize("lot_size", [1, 19, 20])
def test_a_small_lot_is_read_whole(lot_size: int) -> None:
    start = rule(lot_size, [])
    assert (start.verdict, start.more, start.look) == ("full_review", lot_size, 0)
    assert rule(lot_size, [True] * (lot_size - 1)).more == 1
    end = rule(lot_size, [True] + [False] * (lot_size - 1))
    assert (end.verdict, end.more) == ("fully_reviewed", 0)
    assert (end.evidence.lot_rate_upper, end.evidence.rest_rate_upper) == (1 / lot_size, 0)


def test_a_lot_of_21_has_one_look() -> None:
    start = rule(21, [])
    assert (start.verdict, start.more) == ("next_look", 20)
    assert rule(21, [False] * 20).verdict == "accepted"
    # One defect in twenty: the row that is left could make it two of 21, which is still at most a tenth.
    assert rule(21, [True] + [False] * 19).verdict == "accepted"
    # Two are above the target for sure.
    assert rule(21, [True] * 2 + [False] * 18).verdict == "refused"


def test_lots_without_and_with_nothing_but_defects() -> None:
    good, bad = rule(1000, [False] * 150), rule(1000, [True] * 150)
    assert (good.verdict, good.look, bad.verdict, bad.look) == ("accepted", 1, "refused", 1)
    assert bad.evidence.lot_rate_upper == 1
    assert rule(40, [True] * 40).verdict == "fully_reviewed"


def test_what_is_read_after_a_decision_does_not_change_it() -> None:
    assert rule(1000, [False] * 150 + [True] * 849) == rule(1000, [False] * 150)


def test_no_lot_is_above_a_maximum_of_everything() -> None:
    lot_decision = decide_lot(100, [False] * 20, share=0.15, target=0.05, maximum=1.0, confidence=CONFIDENCE)
    assert lot_decision.verdict == "accepted"


@pytest.mark.parametrize(
    ("lot_size", "read", "target"),
    [(0, 0, 0.05), (10, 11, 0.05), (100, 20, 0.2)],
)
def test_numbers_that_contradict_each_other(lot_size: int, read: int, target: float) -> None:
    with pytest.raises(ValueError, match=r"lot of|above the maximum"):
        decide_lot(lot_size, [False] * read, share=0.15, target=target, maximum=0.1, confidence=0.95)


def test_labels_leave_with_two_defects_and_a_rate_above_the_maximum() -> None:
    counts = {"one defect": (1, 1), "at the maximum": (20, 2), "above": (19, 2), "none": (0, 0), "all": (9, 9)}
    assert labels_to_inspect_fully(counts, maximum=MAXIMUM) == ["above", "all"]
    assert labels_to_inspect_fully({"three of ten": (10, 3)}, maximum=0.3) == []


def test_the_looks_are_those_of_the_design() -> None:
    assert LOOKS == (0.15, 0.25, 0.40, 0.65)
    assert look_sizes(1000, share=0.10) == (100, 250, 400, 650)


def test_a_target_may_equal_the_maximum() -> None:
    assert decide_lot(30, [], share=0.15, target=0.1, maximum=0.1, confidence=CONFIDENCE).verdict == "next_look"


def test_a_final_verdict_asks_for_no_more_rows_and_before_the_first_look_nothing_is_counted() -> None:
    assert rule(1000, [False] * 150).more == rule(1000, [True] * 150).more == 0
    start = rule(1000, [True] * 149)
    assert (start.look, start.more, start.evidence.read, start.evidence.defects) == (0, 1, 0, 0)


def test_a_probability_exactly_at_the_level_decides() -> None:
    # with full confidence the level is 0, and both probabilities can be exactly 0
    refused = decide_lot(100, [True] + [False] * 19, share=0.15, target=0.0, maximum=0.1, confidence=1)
    assert (refused.evidence.p_within, refused.verdict) == (0, "refused")
    accepted = decide_lot(100, [False] * 95, share=0.95, target=0.05, maximum=0.1, confidence=1)
    assert (accepted.evidence.p_above, accepted.verdict) == (0, "accepted")


def test_a_lot_of_defects_only_is_above_the_maximum_when_it_can_be() -> None:
    assert lot_evidence(20, 10, 10, target=0.05, maximum=0.95, level=LEVEL).p_above == 1
