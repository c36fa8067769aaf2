"""The exact verdicts, sizes and bounds of acceptance sampling, at every boundary and next to it."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import pytest
from scipy.stats import hypergeom

from winnow.validators.stats.acceptance_sampling import (
    LOOKS,
    LotDecision,
    decide_lot,
    defects_upper,
    labels_to_inspect_fully,
    look_sizes,
    lot_evidence,
)

TARGET, MAXIMUM, CONFIDENCE = 0.05, 0.10, 0.95

LEVEL = (1 - CONFIDENCE) / len(LOOKS)


def rule(lot_size: int, defective: list[bool]) -> LotDecision:
    return decide_lot(lot_size, defective, share=0.15, target=TARGET, maximum=MAXIMUM, confidence=CONFIDENCE)


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


def test_a_number_of_defects_exactly_at_the_level_is_outside_the_bound() -> None:
    for lot_defects in (5, 8, 20):
        level = float(hypergeom.cdf(2, 100, lot_defects, 30))
        assert defects_upper(100, 30, 2, level=level) == lot_defects - 1
        assert defects_upper(100, 30, 2, level=level * (1 - 1e-12)) == lot_defects


@pytest.mark.parametrize(("target", "maximum"), [(0.05, 0.10), (0.0, 0.0), (0.1, 0.2)])
def test_four_looks_share_the_error_level(target: float, maximum: float) -> None:
    settings = {"share": 0.15, "target": target, "maximum": maximum, "confidence": CONFIDENCE}
    for defects in range(40):
        sample = [True] * defects + [False] * (150 - defects)
        seen = lot_evidence(1000, 150, defects, target=target, maximum=maximum, level=LEVEL)
        found = decide_lot(1000, sample, **settings)
        assert found.evidence == seen
        accepted = defects / 150 <= target and seen.p_above <= 0.0125
        refused = seen.p_within <= 0.0125
        assert found.verdict == ("accepted" if accepted else "refused" if refused else "next_look")
