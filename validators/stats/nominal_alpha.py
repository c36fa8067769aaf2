"""Krippendorff's alpha for nominal data with percentile bootstrap intervals, from counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.validators.stats.intervals import CONFIDENCE
from winnow.validators.stats.quantiles import percentile_bounds

NUMBERS_PER_BLOCK = 4_000_000
"""Random numbers per block: 32 MiB."""


def nominal_alphas(
    counts: NDArray[np.float64], times: NDArray[np.int64], *, resamples: int, seed: int
) -> list[Measure]:
    """Alpha overall, then of each label against all others; not measured where only one label was given.

    `counts`, shape (patterns, labels), says how often each label was given to a record, two or more in total; `times`
    how many records have that pattern. All sums are linear in records, so a resample of records is a product of counts.
    Without any disagreement every resample is 1, and so are both ends.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    size = counts.sum(axis=1, keepdims=True)
    sums = np.hstack([counts, counts * (size - counts) / (size - 1)])  # given, and observed against another label
    point = _alphas(times[None, :] @ sums)[0]
    resampled = _bootstrap_alphas(times, sums, resamples, seed)
    with_label = (times[:, None] * (counts > 0)).sum(axis=0)
    records = [times.sum(), *with_label]
    return [_measure(value, resampled[:, i], int(records[i])) for i, value in enumerate(point.tolist())]


def _measure(value: float, resampled: NDArray[np.float64], records: int) -> Measure:
    if np.isnan(value):
        return NotMeasured("there is only one label")
    return Measured(value, *percentile_bounds(resampled, confidence=CONFIDENCE), records)


def _bootstrap_alphas(
    times: NDArray[np.int64], sums: NDArray[np.float64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """Alphas of records resampled with replacement, shape (resamples, 1 + labels)."""
    generator = np.random.default_rng(seed)
    records = int(times.sum())
    step = max(1, NUMBERS_PER_BLOCK // len(times))
    drawn = [
        _alphas(generator.multinomial(records, times / records, size=min(step, resamples - start)) @ sums)
        for start in range(0, resamples, step)
    ]
    return np.vstack(drawn)


def _alphas(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha overall, then of each label, shape (n, 1 + labels), NaN where only one label was given.

    `sums` has shape (n, 2 * labels): how often each label was given, and how often against another.
    """
    given, against = np.hsplit(sums, 2)
    total = given.sum(axis=1, keepdims=True)
    by_chance = given * (total - given) / (total - 1)
    observed = np.hstack([against.sum(axis=1, keepdims=True), against])
    expected = np.hstack([by_chance.sum(axis=1, keepdims=True), by_chance])
    defined = expected > 0
    return np.where(defined, 1 - observed / np.where(defined, expected, 1), np.nan)
