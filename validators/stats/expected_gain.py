"""What more labels are expected to buy: a learning curve, extrapolated by an inverse power law."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measured
from winnow.validators.stats.intervals import CONFIDENCE_Z

BOOTSTRAP_SAMPLES = 400

Shares = NDArray[np.float64]


class CurvePoints(NamedTuple):
    """How often each record was answered correctly by models that did not see it, after two amounts of labels."""

    labels: float
    """Labels that the second models were trained on; the first ones had half as many."""
    half: Shares
    """Shape (records,): the share of the first models that answered a record correctly."""
    whole: Shares
    """The same of the second models."""


def expected_gain(points: CurvePoints, *, labels: int, added: int, seed: int = 0) -> Measured:
    """The accuracy that so many added labels are expected to buy after `labels`, with its 95 % interval.

    The error falls with a constant power of the number of labels (Cortes et al. 1994; Hestness et al. 2017), the one
    between the two amounts. The interval adds the bootstrap variance over records and what the draw of the labels may
    do: answers change both ways while labels double, and the added labels change a share of them in proportion; all of
    it may be gain or loss (docs/decisions/0077-what-to-label-next.md).
    """
    records = len(points.whole)
    drawn = np.random.default_rng(seed).multinomial(records, np.full(records, 1 / records), BOOTSTRAP_SAMPLES)
    value = float(_gain(points, np.ones((1, records)), labels, added)[0])
    deviation = float(_gain(points, drawn, labels, added).std())
    turnover = float(np.abs(points.whole - points.half).mean()) * added / labels
    half_width = float(np.hypot(CONFIDENCE_Z * deviation, turnover))
    return Measured(value, value - half_width, value + half_width, records)


def _gain(points: CurvePoints, weights: NDArray[np.floating | np.integer], labels: int, added: int) -> Shares:
    """The gain for each row of weights. An error of 0 counts as half a record; one that grows counts as flat."""
    records = len(points.whole)
    errors = 1 - weights @ np.stack([points.half, points.whole], axis=1) / weights.sum(axis=1, keepdims=True)
    first, second = np.maximum(errors, 0.5 / records).T
    power = np.maximum(np.log2(first / second), 0.0)
    now, later = (second * (points.labels / amount) ** power for amount in (labels, labels + added))
    gain: Shares = now - later
    return gain
