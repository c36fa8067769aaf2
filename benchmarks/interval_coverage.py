"""Coverage of intervals: how often a 95 % interval contains the true value, on simulated predictions.

Run by `python -m benchmarks.interval_coverage`, not by `make bench`: it compares kinds of intervals, not
alternatives to Winnow. Figures and choices: docs/decisions/0020-evaluation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Difference, Measured
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.intervals import CONFIDENCE, proportion
from winnow.validators.stats.macro_f1 import macro_f1_difference, macro_f1_samples, macro_f1_with_interval
from winnow.validators.stats.quantiles import percentile_bounds

ACCURACIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)

REPETITIONS = 100
"""Repetitions per accuracy; with 700 in total, a coverage of 95 % has a standard error of 0.8 points."""

SETTINGS = [(labels, skewed, rows) for labels in (5, 13, 50) for skewed in (False, True) for rows in (100, 300, 1000)]

Codes = NDArray[np.int64]

Joint = NDArray[np.float64]
"""Probability of every pair of gold and predicted label; sums to 1."""


@dataclass(frozen=True)
class Model:
    """A simulated model."""

    joint: Joint

    @property
    def accuracy(self) -> float:
        """On infinitely many rows."""
        return float(np.trace(self.joint))

    @property
    def macro_f1(self) -> float:
        """On infinitely many rows."""
        return float((2 * np.diagonal(self.joint) / (self.joint.sum(axis=0) + self.joint.sum(axis=1))).mean())

    def predictions(self, gold: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
        """One prediction per row."""
        upto = (self.joint / self.joint.sum(axis=1, keepdims=True)).cumsum(axis=1)
        drawn: NDArray[np.int64] = (generator.random(len(gold))[:, None] > upto[gold]).sum(axis=1)
        return np.minimum(drawn, len(self.joint) - 1)


def model(labels: int, accuracy: float, generator: np.random.Generator, *, skewed: bool) -> Model:
    """Labels of different difficulty and, when `skewed`, of different size; errors concentrate on a few labels."""
    sizes = 1 / np.arange(1, labels + 1) ** 0.9 if skewed else np.ones(labels)
    prior, ease = sizes / sizes.sum(), generator.normal(0, 0.7, labels)
    low, high = -10.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        recall = 1 / (1 + np.exp(-(middle + ease)))
        low, high = (middle, high) if prior @ recall < accuracy else (low, middle)
    joint = np.zeros((labels, labels))
    for i in range(labels):
        others = np.arange(labels) != i
        joint[i, others] = generator.dirichlet(np.full(labels - 1, 0.3)) * (1 - recall[i])
        joint[i, i] = recall[i]
    return Model(prior[:, None] * joint)


def accuracy_coverage(rows: int, *, repetitions: int, seed: int) -> float:
    """Coverage of Wilson's interval, averaged over ACCURACIES."""
    generator = np.random.default_rng(seed)
    held = []
    for accuracy in ACCURACIES:
        for hits in generator.binomial(rows, accuracy, repetitions):
            share = proportion(int(hits), rows)
            held.append(isinstance(share, Measured) and share.low <= accuracy <= share.high)
    return float(np.mean(held))


def macro_f1_coverage(
    labels: int, rows: int, *, repetitions: int, seed: int, skewed: bool = False, percentile: bool = False
) -> float:
    """Coverage of the macro-F1 interval, averaged over ACCURACIES; `percentile` uses the plain bootstrap instead."""
    generator = np.random.default_rng(seed)
    names = [str(i) for i in range(labels)]
    held = []
    for accuracy in ACCURACIES:
        for _ in range(repetitions):
            true = model(labels, accuracy, generator, skewed=skewed)
            gold = generator.choice(labels, rows, p=true.joint.sum(axis=1))
            predicted = true.predictions(gold, generator)
            if percentile:
                low, high = _percentile(gold, predicted, labels, generator)
            else:
                found = macro_f1_with_interval(_names(gold), _names(predicted), names, seed=seed).figure
                assert isinstance(found, Measured)
                low, high = found.low, found.high
            held.append(low <= true.macro_f1 <= high)
    return float(np.mean(held))


def difference_coverage(
    labels: int, rows: int, *, alike: float, repetitions: int, seed: int, skewed: bool = False, percentile: bool = False
) -> tuple[float, float]:
    """Coverage of the intervals of differences in accuracy and macro-F1, averaged over ACCURACIES.

    With probability `alike` the second model repeats the first one's prediction. `percentile` uses the plain paired
    bootstrap instead.
    """
    generator = np.random.default_rng(seed)
    names = [str(i) for i in range(labels)]
    held: list[tuple[bool, bool]] = []
    for accuracy in ACCURACIES:
        for _ in range(repetitions):
            first = model(labels, accuracy, generator, skewed=skewed)
            own = model(labels, min(accuracy + generator.choice([0, 0.03, -0.05]), 0.995), generator, skewed=skewed)
            second = Model(alike * first.joint + (1 - alike) * own.joint)
            gold = generator.choice(labels, rows, p=first.joint.sum(axis=1))
            one = first.predictions(gold, generator)
            other = np.where(generator.random(rows) < alike, one, own.predictions(gold, generator))
            if percentile:
                shares, macro = _paired_percentile(gold, one, other, labels, generator)
            else:
                gained, lost = (int(((a == gold) & (b != gold)).sum()) for a, b in ((other, one), (one, other)))
                shares = paired_difference(gained, lost, rows)
                macro = macro_f1_difference(_names(gold), _names(one), _names(other), names, seed=seed)
            held.append(
                (
                    shares.low <= second.accuracy - first.accuracy <= shares.high,
                    macro.low <= second.macro_f1 - first.macro_f1 <= macro.high,
                )
            )
    return float(np.mean([one for one, _ in held])), float(np.mean([other for _, other in held]))


def _names(codes: NDArray[np.int64]) -> list[str]:
    return [str(code) for code in codes]


def _percentile(gold: Codes, predicted: Codes, labels: int, generator: np.random.Generator) -> tuple[float, float]:
    """The plain percentile bootstrap of macro-F1, for comparison."""
    (sampled,) = macro_f1_samples(gold, [predicted], labels, seed=int(generator.integers(2**32)))
    return percentile_bounds(sampled, confidence=CONFIDENCE)


def _paired_percentile(
    gold: Codes, one: Codes, other: Codes, labels: int, generator: np.random.Generator
) -> tuple[Difference, Difference]:
    """The plain paired percentile bootstrap of both differences."""
    gained, lost = (float(((a == gold) & (b != gold)).mean()) for a, b in ((other, one), (one, other)))
    cells = generator.multinomial(len(gold), [gained, lost, max(1 - gained - lost, 0.0)], size=1000)
    before, after = macro_f1_samples(gold, [one, other], labels, seed=int(generator.integers(2**32)))
    accuracy = percentile_bounds((cells[:, 0] - cells[:, 1]) / len(gold), confidence=CONFIDENCE)
    return Difference(0, *accuracy), Difference(0, *percentile_bounds(after - before, confidence=CONFIDENCE))


def shares() -> None:
    """Wilson's interval of an accuracy."""
    print("| rows | accuracy (Wilson) |\n|---|---|")
    for rows in (100, 300, 1000):
        print(f"| {rows} | {accuracy_coverage(rows, repetitions=20_000, seed=0):.3f} |", flush=True)


def macros() -> None:
    """The interval of macro-F1, and the plain percentile bootstrap."""
    print("| labels | sizes | rows | macro-F1 | percentile bootstrap |\n|---|---|---|---|---|")
    for labels, skewed, rows in SETTINGS:
        own, plain = (
            macro_f1_coverage(labels, rows, repetitions=REPETITIONS, seed=0, skewed=skewed, percentile=percentile)
            for percentile in (False, True)
        )
        print(f"| {labels} | {'skewed' if skewed else 'equal'} | {rows} | {own:.3f} | {plain:.3f} |", flush=True)


def differences() -> None:
    """The intervals of paired differences, and the plain paired percentile bootstrap."""
    print("| labels | sizes | rows | alike | accuracy | percentile | macro-F1 | percentile |\n" + "|---" * 8 + "|")
    for labels, skewed, rows in (setting for setting in SETTINGS if setting[0] != 13):
        for alike in (0.3, 0.9):
            own, plain = (
                difference_coverage(
                    labels,
                    rows,
                    alike=alike,
                    repetitions=REPETITIONS,
                    seed=0,
                    skewed=skewed,
                    percentile=percentile,
                )
                for percentile in (False, True)
            )
            figures = f"{own[0]:.3f} | {plain[0]:.3f} | {own[1]:.3f} | {plain[1]:.3f}"
            print(f"| {labels} | {'skewed' if skewed else 'equal'} | {rows} | {alike} | {figures} |", flush=True)


if __name__ == "__main__":
    for table in (shares, macros, differences):
        print(f"\n## {table.__doc__}\n", flush=True)
        table()
