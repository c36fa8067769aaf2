"""Krippendorff's alpha for nominal data, overall and by label, with bootstrap intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from winnow.core.counted import agreeing, counted
from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix
from winnow.validators.stats.nominal_alpha import nominal_alphas

RESAMPLES = 2000
"""Bootstrap resamples: each end of a 95 % interval rests on 50 of them."""

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

    Records with one response say nothing about agreement and are left out.
    """
    found = response_patterns(matrix, min_responses=2)
    records = sum(found.values())
    if records < MIN_RECORDS:
        few = NotMeasured(
            f"{counted(records, 'record')} {agreeing(records, 'has', 'have')} two or "
            f"more responses, {MIN_RECORDS} are needed"
        )
        return KrippendorffAlpha(few, dict.fromkeys(matrix.labels, few), resamples, seed)
    counts = np.array([np.bincount(pattern, minlength=len(matrix.labels)) for pattern in found], dtype=np.float64)
    times = np.array(list(found.values()), dtype=np.int64)
    overall, *labels = nominal_alphas(counts, times, resamples=resamples, seed=seed)
    with_label = (times[:, None] * (counts > 0)).sum(axis=0).tolist()
    by_label = map(_if_given_often, labels, with_label)
    return KrippendorffAlpha(overall, dict(zip(matrix.labels, by_label, strict=True)), resamples, seed)


def response_patterns(matrix: ResponseMatrix, *, min_responses: int) -> dict[tuple[int, ...], int]:
    """How many records with at least `min_responses` responses got these labels, from whichever annotators; sorted."""
    found: Counter[tuple[int, ...]] = Counter()
    for row in np.sort(matrix.codes[matrix.per_record >= min_responses], axis=1).tolist():
        found[tuple(row[row.count(NO_RESPONSE) :])] += 1
    return dict(sorted(found.items()))


def _if_given_often(measure: Measure, records: int) -> Measure:
    """The alpha of a label, unless too few records have the label."""
    if records >= MIN_RECORDS_PER_LABEL:
        return measure
    few = f"given in {records} of the records with two or more responses, {MIN_RECORDS_PER_LABEL} are needed"
    return NotMeasured(few)
