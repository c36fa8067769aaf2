"""AUROC, exact binomial bounds, quantiles and nominal alpha: reference packages, and values that must not change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from winnow.core.result import Measured, NotMeasured
from winnow.validators.stats.auroc import Auroc, auroc
from winnow.validators.stats.binomial import clopper_pearson_bounds, probability_at_least, probability_at_most
from winnow.validators.stats.nominal_alpha import nominal_alphas
from winnow.validators.stats.quantiles import percentile_bounds, quantile


@given(st.integers(0, 2**32 - 1))
def test_auroc_is_scikit_learns(seed: int) -> None:
    generator = np.random.default_rng(seed)
    score = generator.integers(0, 8, 60) / 8
    outside = generator.random(60) < 0.4
    if 0 < outside.sum() < 60:
        found = auroc(score, outside)
        assert isinstance(found, Auroc)
        assert found.value == pytest.approx(roc_auc_score(outside, score))
        if not isinstance(found.interval, NotMeasured):
            assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1
    assert isinstance(auroc(score, np.zeros(60, dtype=bool)), NotMeasured)
    assert isinstance(auroc(score, np.ones(60, dtype=bool)), NotMeasured)


def test_the_interval_of_auroc_covers() -> None:
    generator = np.random.default_rng(0)
    truth = 0.5 * (1 + math.erf(1.0 / math.sqrt(2) / math.sqrt(2)))  # two normals, one standard deviation apart
    outside = np.arange(300) < 60
    held = []
    for _ in range(300):
        found = auroc(generator.normal(outside.astype(float)), outside)
        assert isinstance(found, Auroc)
        assert not isinstance(found.interval, NotMeasured)
        held.append(found.interval[0] <= truth <= found.interval[1])
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_scores_that_separate_all_rows_have_no_interval() -> None:
    found = auroc(np.array([0.9, 0.8, 0.1]), np.array([True, True, False]))
    assert isinstance(found, Auroc)
    assert (found.value, found.rows, isinstance(found.interval, NotMeasured)) == (1.0, 3, True)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_binomial_tails_and_bounds_are_scipys(count: tuple[int, int], share: float) -> None:
    hits, rows = count
    above, below = (binomtest(hits, rows, share, alternative=side) for side in ("greater", "less"))
    assert probability_at_least(hits, rows, share) == pytest.approx(above.pvalue)
    assert probability_at_most(hits, rows, share) == pytest.approx(below.pvalue)
    low, high = clopper_pearson_bounds(hits, rows, level=0.05)
    reference = binomtest(hits, rows).proportion_ci(0.9, method="exact")
    assert (low, high) == pytest.approx((reference.low, reference.high))


def test_a_quantile_lies_between_two_values() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert quantile([4.0, 1.0], 0.25) == 1.75
    assert math.isnan(quantile([], 0.5))


def test_resamples_without_a_value_do_not_count_for_the_percentile_bootstrap() -> None:
    resampled = np.append(np.arange(101) / 100, np.nan)
    assert percentile_bounds(resampled, confidence=0.9) == pytest.approx((0.05, 0.95))


def test_nominal_alpha_keeps_its_values() -> None:
    # two annotators on 40 records, three labels; the values of Winnow 0.2.0
    counts = np.array([[2, 0, 0], [0, 2, 0], [1, 1, 0], [0, 0, 2]], dtype=np.float64)
    overall, first, second, third = nominal_alphas(counts, np.array([20, 12, 6, 2]), resamples=500, seed=0)
    assert isinstance(overall, Measured)
    assert (overall.value, overall.low, overall.high) == pytest.approx(
        (0.7185273159144894, 0.4761273209549072, 0.9108682025958936), abs=1e-12
    )
    assert isinstance(first, Measured)
    assert (first.value, first.low, first.high) == pytest.approx(
        (0.69693094629156, 0.4508895872616804, 0.9010025062656641), abs=1e-12
    )
    assert [measure.rows for measure in (overall, first, second, third) if isinstance(measure, Measured)] == [
        40,
        26,
        18,
        2,
    ]


def test_alpha_of_a_single_label_is_not_measured() -> None:
    alphas = nominal_alphas(np.array([[2.0]]), np.array([10]), resamples=5, seed=0)
    assert alphas == [NotMeasured("there is only one label")] * 2
