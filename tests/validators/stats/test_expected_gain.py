"""What more labels are expected to buy: an inverse power law, with an interval that a flat curve cannot leave."""

from __future__ import annotations

import numpy as np
import pytest

from winnow.validators.stats.expected_gain import CurvePoints, expected_gain


def points(half: float, whole: float, records: int = 400, labels: float = 80) -> CurvePoints:
    """Records of which these shares are answered correctly by all models of each amount of labels."""
    number = np.arange(records)
    return CurvePoints(labels, (number < half * records).astype(float), (number < whole * records).astype(float))


def test_the_error_falls_with_the_power_between_the_two_amounts() -> None:
    found = expected_gain(points(half=0.6, whole=0.8), labels=100, added=100)  # 0.4 after 40, 0.2 after 80: power 1
    assert found.value == pytest.approx(0.2 * 80 / 100 - 0.2 * 80 / 200)
    assert found.low < found.value < found.high
    assert found.rows == 400


def test_more_labels_buy_less_each_and_say_it_more_surely() -> None:
    few, many = (expected_gain(points(0.6, 0.8, labels=0.8 * n), labels=n, added=100) for n in (100, 1000))
    assert 0 < many.value < few.value
    assert many.high - many.low < few.high - few.low


def test_a_curve_that_does_not_rise_promises_nothing() -> None:
    for half in (0.7, 0.75):
        found = expected_gain(points(half, 0.7), labels=100, added=100)
        assert (found.value, found.low <= 0 <= found.high) == (0.0, True)


def test_nothing_is_promised_where_everything_is_right() -> None:
    found = expected_gain(points(1.0, 1.0), labels=100, added=100)
    assert found.value == pytest.approx(0.0)


def test_answers_that_change_both_ways_widen_the_interval() -> None:
    still = points(0.5, 0.6)
    turned = CurvePoints(still.labels, still.half[::-1].copy(), still.whole)
    calm, restless = (expected_gain(one, labels=1000, added=100) for one in (still, turned))
    assert restless.value == calm.value
    assert restless.high - restless.low > 2 * (calm.high - calm.low)
