"""The share that a test with known errors stands for (Rogan and Gladen 1978)."""

from __future__ import annotations

from winnow.core.result import Measured

LEAST_POWER = 0.01
"""By which sensitivity exceeds false alarms at least: below, any share is possible."""


def corrected_share(found: Measured, *, false_alarms: Measured, sensitivity: Measured) -> Measured:
    """The share of positive rows, from the share `found` that a test calls positive.

    `false_alarms` is the share of negative rows that it calls positive, `sensitivity` that of positive ones. The
    interval takes the ends of all three intervals, so it is wider than needed.
    """

    def corrected(share: float, alarms: float, power: float) -> float:
        return min(max((share - alarms) / max(power - alarms, LEAST_POWER), 0.0), 1.0)

    value = corrected(found.value, false_alarms.value, sensitivity.value)
    low = corrected(found.low, false_alarms.high, sensitivity.high)
    high = corrected(found.high, false_alarms.low, sensitivity.low)
    return Measured(value, min(low, value), max(high, value), found.rows)
