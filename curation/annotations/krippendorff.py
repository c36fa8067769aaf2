"""Krippendorff's alpha for nominal data, overall and by label, with bootstrap intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix
from winnow.validators.stats.intervals import CONFIDENCE

RESAMPLES = 2000
"""Bootstrap resamples: each end of a 95 % interval rests on 50 of them."""

NUMBERS_PER_BLOCK = 4_000_000
"""Random numbers per block: 32 MiB."""

MIN_RECORDS = 10
"""Records with two or more responses below which alpha is not measured."""

MIN_RECORDS_PER_LABEL = 5
"""The same for the alpha of one label: records to which somebody gave the label."""


@dataclass(frozen=True)
class KrippendorffAlpha:
    """Krippendorff's alpha: 1 for full agreement, 0 for agreement by chance, below 0 for systematic disagreement."""

    overall: Measure
    by_label: Mapping[str, Measure]
    """Each label against all others."""
    resamples: int
    seed: int


def krippendorff_alpha(matrix: ResponseMatrix, *, resamples: int = RESAMPLES, seed: int = 0) -> KrippendorffAlpha:
    """Krippendorff's alpha for nominal data, with percentile bootstrap intervals over records.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Efron and Tibshirani (1993) for the
    interval. Records with one response say nothing about agreement and are left out. All sums are linear in records, so
    a resample is a product of counts. Without any disagreement every resample is 1, and so are both ends.
    """
    found = response_patterns(matrix, min_responses=2)
    records = sum(found.values())
    if records < MIN_RECORDS:
        few = NotMeasured(f"{records} records have two or more responses, {MIN_RECORDS} are needed")
        return KrippendorffAlpha(few, dict.fromkeys(matrix.labels, few), resamples, seed)
    counts = np.array([np.bincount(pattern, minlength=len(matrix.labels)) for pattern in found], dtype=np.float64)
    times = np.array(list(found.values()), dtype=np.int64)
    size = counts.sum(axis=1, keepdims=True)
    sums = np.hstack([counts, counts * (size - counts) / (size - 1)])  # given, and observed against another label
    point = _alphas(times[None, :] @ sums)[0]
    drawn = _bootstrap_alphas(times, sums, resamples, seed)
    with_label = (times[:, None] * (counts > 0)).sum(axis=0)
    overall, *labels = (
        _estimate(value, drawn[:, index], count)
        for index, (value, count) in enumerate(zip(point, [records, *with_label], strict=True))
    )
    return KrippendorffAlpha(overall, dict(zip(matrix.labels, labels, strict=True)), resamples, seed)


def response_patterns(matrix: ResponseMatrix, *, min_responses: int) -> dict[tuple[int, ...], int]:
    """How many records with at least `min_responses` responses got these labels, from whichever annotators; sorted."""
    found: Counter[tuple[int, ...]] = Counter()
    for row in np.sort(matrix.codes[matrix.per_record >= min_responses], axis=1).tolist():
        found[tuple(row[row.count(NO_RESPONSE) :])] += 1
    return dict(sorted(found.items()))


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


def _estimate(value: float, drawn: NDArray[np.float64], records: int) -> Measure:
    """The value, with percentiles over the resamples in which alpha is defined."""
    if records < MIN_RECORDS_PER_LABEL:
        few = f"given in {records} of the records with two or more responses, {MIN_RECORDS_PER_LABEL} are needed"
        return NotMeasured(few)
    if np.isnan(value):
        return NotMeasured("there is only one label")
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail]) if len(drawn) else (value, value)
    return Measured(float(value), float(low), float(high), int(records))
