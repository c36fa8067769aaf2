"""Intervals: known values, and on simulated answers of known accuracy they cover what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, fisher_exact

from benchmarks.interval_coverage import accuracy_coverage, difference_coverage, macro_f1_coverage
from winnow.core.result import Measured, NotMeasured
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.macro_f1 import macro_f1_difference
from winnow.validators.stats.significance import fisher, holm, mcnemar

counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))

discordant = st.integers(1, 300).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda b: st.tuples(st.just(b), st.integers(0, n - b), st.just(n)))
)


@given(counts)
def test_the_interval_of_a_share_is_wilsons(count: tuple[int, int]) -> None:
    share = proportion(*count)
    assert isinstance(share, Measured)
    reference = binomtest(*count).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((reference.low, reference.high), abs=1e-9)
    assert (share.value, share.rows) == (count[0] / count[1], count[1])


def test_no_row_is_not_zero() -> None:
    assert proportion(0, 0, "nobody asked") == NotMeasured("nobody asked")


def score(gained: int, lost: int, rows: int, delta: float) -> float:
    """Tango's statistic with the likelihood maximised numerically under the hypothesis."""

    def loss(second: float) -> float:
        cells = [(gained, second + delta), (lost, second), (rows - gained - lost, 1 - 2 * second - delta)]
        return -sum(count * np.log(max(p, 1e-300)) for count, p in cells if count)

    low, high = max(0.0, -delta), (1 - delta) / 2
    best = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x
    return float((gained - lost - rows * delta) / np.sqrt(rows * (2 * best + delta - delta**2)))


@pytest.mark.parametrize("count", [(9, 3, 60), (1, 0, 44), (20, 21, 300), (0, 5, 20)])
def test_the_interval_of_a_difference_ends_where_the_score_test_does(count: tuple[int, int, int]) -> None:
    found = paired_difference(*count)
    ends = [score(*count, found.low), score(*count, found.high)]
    assert ends == pytest.approx([1.959964, -1.959964], abs=2e-3)


@given(discordant)
def test_a_difference_turns_its_sign_with_the_pair(count: tuple[int, int, int]) -> None:
    gained, lost, rows = count
    there, back = paired_difference(gained, lost, rows), paired_difference(lost, gained, rows)
    assert [there.difference, there.low, there.high] == pytest.approx(
        [-back.difference, -back.high, -back.low], abs=1e-9
    )
    assert -1 <= there.low <= there.difference <= there.high <= 1
    assert mcnemar(gained, lost) == mcnemar(lost, gained)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_sign_test(gained: int, lost: int) -> None:
    expected = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar(gained, lost) == pytest.approx(expected)


def test_fisher_is_scipys() -> None:
    assert fisher(3, 20, 80, 100) == pytest.approx(fisher_exact([[3, 17], [80, 20]]).pvalue)


def test_holm_is_that_of_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms())
def test_holm_does_not_depend_on_the_order(p_values: list[float], random: object) -> None:
    adjusted = holm(p_values)
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    backwards = holm(p_values[::-1])[::-1]
    assert sorted(zip(p_values, adjusted, strict=True)) == sorted(zip(p_values, backwards, strict=True))


def test_macro_f1_of_two_models_turns_its_sign_and_is_nothing_for_one() -> None:
    generator = np.random.default_rng(0)
    labels = ["a", "b", "c"]
    gold = generator.choice(labels, 200).tolist()
    first, second = ([g if generator.random() < share else "a" for g in gold] for share in (0.9, 0.7))
    there = macro_f1_difference(gold, first, second, labels, seed=0)
    back = macro_f1_difference(gold, second, first, labels, seed=0)
    assert [there.difference, there.low, there.high] == pytest.approx([-back.difference, -back.high, -back.low])
    assert there.high < 0
    same = macro_f1_difference(gold, first, first, labels, seed=0)
    assert same.difference == 0
    assert same.low < 0 < same.high  # no differing row proves no equality


def test_intervals_cover_what_they_promise_on_simulated_answers() -> None:
    # a small fixed draw of `python -m benchmarks.interval_coverage`, which repeats more often; the bound is 2 points
    assert accuracy_coverage(100, repetitions=400, seed=0) == pytest.approx(0.95, abs=0.02)
    for labels in (5, 13):
        assert macro_f1_coverage(labels, 300, repetitions=40, seed=0) == pytest.approx(0.95, abs=0.035)
    accuracy, macro = difference_coverage(13, 300, alike=0.5, repetitions=40, seed=0)
    assert accuracy == pytest.approx(0.95, abs=0.035)
    assert macro == pytest.approx(0.95, abs=0.035)
