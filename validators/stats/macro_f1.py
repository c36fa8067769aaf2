"""Macro-F1 and its uncertainty: score intervals from the bootstrap variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Difference, Measure, Measured, NotMeasured
from winnow.validators.stats.intervals import CONFIDENCE_Z, wilson_bounds

BOOTSTRAP_SAMPLES = 1000

ROWS_PER_DRAW = 1_000_000
"""Rows drawn at a time, to bound memory."""

Codes = NDArray[np.int64]
"""Label indexes, one per row; a name that is not a label of the task has the number of labels as its index."""


@dataclass(frozen=True)
class MacroF1:
    """Mean F1 of the labels with at least one gold row."""

    figure: Measure
    """The mean, 0 to 1, with its 95 % Wilson interval."""
    effective_rows: float
    """Number of rows of a simple share with the same variance."""


def macro_f1_with_interval(
    gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str], *, seed: int
) -> MacroF1:
    """Macro-F1 with its 95 % Wilson interval, at the effective number of rows that gives the bootstrap variance."""
    if not gold:
        return MacroF1(NotMeasured("no rows"), 0.0)
    codes, predicted_codes = _codes(gold, labels), _codes(predicted, labels)
    value = float(_scores(codes[None], predicted_codes[None], len(labels))[0])
    (sampled,) = macro_f1_samples(codes, [predicted_codes], len(labels), seed=seed)
    rows = most = _rows_of_rarest(codes)
    variance = float(sampled.var())
    if variance > 0:
        rows = min(value * (1 - value) / variance, most) if 0 < value < 1 else most
    rows = max(rows, 1.0)
    return MacroF1(Measured(value, *wilson_bounds(value, rows), len(gold)), rows)


def macro_f1_difference(
    gold: Sequence[str], first: Sequence[str], second: Sequence[str], labels: Sequence[str], *, seed: int
) -> Difference:
    """Macro-F1 of the second model minus that of the first, on the same rows, with its 95 % interval.

    Paired bootstrap: both are resampled with the same rows. Its variance is bounded from below by the variance of the
    share of rows on which only one model is right, (differing + 1) / (rows + 2), at the effective number of rows that
    the rarest labels allow. One differing row is added, as Agresti and Min (2005) do for shares.
    """
    if not gold:
        return Difference(0.0, -1.0, 1.0)
    codes = _codes(gold, labels)
    predicted_codes = [_codes(first, labels), _codes(second, labels)]
    before, after = (float(_scores(codes[None], one[None], len(labels))[0]) for one in predicted_codes)
    sampled = macro_f1_samples(codes, predicted_codes, len(labels), seed=seed)
    value = after - before
    differing = int(((predicted_codes[0] == codes) != (predicted_codes[1] == codes)).sum())
    share = (differing + 1) / (len(gold) + 2)
    least = max(share - value * value, 0.0) / _rows_of_rarest(codes)
    half = CONFIDENCE_Z * float(np.sqrt(max(float((sampled[1] - sampled[0]).var()), least)))
    return Difference(value, max(value - half, -1.0), min(value + half, 1.0))


def macro_f1_samples(
    gold: Codes, predicted_codes: Sequence[Codes], labels: int, *, seed: int
) -> list[NDArray[np.float64]]:
    """Macro-F1 of every model on BOOTSTRAP_SAMPLES resamples of the rows, with the same resamples for all models."""
    generator = np.random.default_rng(seed)
    found: list[list[NDArray[np.float64]]] = [[] for _ in predicted_codes]
    rows = len(gold)
    step = max(1, ROWS_PER_DRAW // rows)
    for start in range(0, BOOTSTRAP_SAMPLES, step):
        drawn = generator.integers(0, rows, (min(step, BOOTSTRAP_SAMPLES - start), rows))
        for scores, own in zip(found, predicted_codes, strict=True):
            scores.append(_scores(gold[drawn], own[drawn], labels))
    return [np.concatenate(scores) for scores in found]


def _codes(names: Sequence[str], labels: Sequence[str]) -> Codes:
    number = {label: i for i, label in enumerate(labels)}
    return np.array([number.get(name, len(labels)) for name in names], dtype=np.int64)


def _rows_of_rarest(codes: Codes) -> float:
    """Rows of a simple share with the variance of a mean of label shares: labels² / sum of 1 / rows of each label."""
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    return float(len(counts) ** 2 / (1.0 / counts).sum())


def _scores(gold: Codes, predicted: Codes, labels: int) -> NDArray[np.float64]:
    """Macro-F1 of every sample of (samples, rows) codes; a label without a gold row is ignored."""
    samples, width = len(gold), labels + 1
    offset = (np.arange(samples) * width)[:, None]

    def counts(codes: Codes) -> NDArray[np.int64]:
        return np.bincount(codes.ravel(), minlength=samples * width).reshape(samples, width)[:, :labels]

    wanted, given = counts(offset + gold), counts(offset + predicted)
    hits = counts((offset + gold)[gold == predicted])
    either = wanted + given
    scores = np.divide(2.0 * hits, either, out=np.zeros(either.shape), where=either > 0)
    present = wanted > 0
    mean: NDArray[np.float64] = (scores * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return mean
