"""Normal scores, the share behind a test with known errors, and clusters that chance does not make."""

from __future__ import annotations

import numpy as np
import pytest

from winnow.core.result import Measured
from winnow.validators.stats.chance_clusters import beyond_chance
from winnow.validators.stats.corrected_share import corrected_share
from winnow.validators.stats.normal_scores import normal_quantile, normal_scores

ALARMS = Measured(0.1, 0.07, 0.14, 400)


def test_normal_scores_are_standard_normal_and_keep_the_order() -> None:
    values = np.random.default_rng(0).exponential(size=2000)
    scores = normal_scores(values, values)
    assert abs(scores.mean()) < 0.01
    assert scores.std() == pytest.approx(1, abs=0.02)
    assert (np.argsort(scores) == np.argsort(values)).all()
    assert (scores > normal_quantile(0.9)).mean() == pytest.approx(0.1, abs=0.002)


def test_values_beyond_the_reference_and_ties_have_finite_scores() -> None:
    scores = normal_scores(np.array([-1e9, 1e9, 0.0]), np.zeros(9))
    assert np.isfinite(scores).all()
    assert scores[2] == 0
    assert scores[0] == pytest.approx(-scores[1])


@pytest.mark.parametrize("truth", [0.0, 0.3, 1.0])
def test_the_share_is_that_before_errors(truth: float) -> None:
    called = truth * 0.6 + (1 - truth) * 0.1
    found = Measured(called, called - 0.02, called + 0.02, 500)
    share = corrected_share(found, false_alarms=ALARMS, sensitivity=Measured(0.6, 0.5, 0.7, 90))
    assert share.value == pytest.approx(truth)
    assert 0 <= share.low <= share.value <= share.high <= 1
    wider = corrected_share(found, false_alarms=ALARMS, sensitivity=Measured(0.6, 0.3, 0.9, 90))
    assert wider.high - wider.low >= share.high - share.low


def test_fewer_calls_than_chance_makes_are_a_share_of_zero() -> None:
    share = corrected_share(
        Measured(0.05, 0.03, 0.08, 400), false_alarms=ALARMS, sensitivity=Measured(0.6, 0.5, 0.7, 90)
    )
    assert (share.value, share.low) == (0, 0)
    assert share.high == pytest.approx((0.08 - 0.07) / (0.5 - 0.07))  # there may be fewer false alarms than measured


def test_clusters_of_chance_are_seldom_called_more() -> None:
    random = np.random.default_rng(1)
    errors = sum(
        any(beyond_chance(random.exponential(1.5, 30), random.exponential(1.5, 40), usual=1.4)) for _ in range(300)
    )
    assert errors <= 30  # 5 % of 300, and what 40 clusters leave unknown about their mean
    assert beyond_chance([40.0, 1.0], [1.0, 2.0, 1.5], usual=1.4) == [True, False]
    assert beyond_chance([40.0], [], usual=1.4) == [True]
    assert beyond_chance([40.0], [1.0, 2.0, 1.5], usual=1.4, scale=20.0) == [False]
    assert beyond_chance([], [1.0], usual=1.4) == []
