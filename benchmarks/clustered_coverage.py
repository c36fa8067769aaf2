"""Coverage of intervals when several answers belong to one dialogue, on simulated answers of known accuracy.

Run by `python -m benchmarks.clustered_coverage`, not by `make bench`: it compares kinds of intervals, not alternatives
to Winnow. Figures and the choice: docs/decisions/0049-answers-of-one-dialogue.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from winnow.core.result import Measured
from winnow.validators.stats.clustered_share import ClusterCount, clustered_proportion
from winnow.validators.stats.intervals import wilson_bounds

ACCURACIES = (0.8, 0.9, 0.95, 0.98)

DIALOGUES = (40, 100, 300)

SIZES = ((1,), (1, 1, 2, 3), (1, 2, 5, 8))
"""Answers of a dialogue, drawn with equal probability. The assistant example has 1 to 3."""

CORRELATIONS = (0.0, 0.3, 0.7)
"""Of two answers of one dialogue."""


class Coverage(NamedTuple):
    """How often a 95 % interval contains the true share."""

    clustered: float
    independent: float
    """Wilson's interval, as if answers were independent."""


def clustered_coverage(
    sizes: tuple[int, ...], correlation: float, *, repetitions: int, seed: int, dialogues: tuple[int, ...] = DIALOGUES
) -> Coverage:
    """Averaged over numbers of dialogues and accuracies; dialogues differ by a beta distribution."""
    generator = np.random.default_rng(seed)
    held = []
    for count in dialogues:
        for accuracy in ACCURACIES:
            for _ in range(repetitions):
                counts = _answers(generator, sizes, count, accuracy, correlation)
                held.append(_contains(counts, accuracy))
    return Coverage(*(float(share) for share in np.mean(held, axis=0)))


def _answers(
    generator: np.random.Generator, sizes: tuple[int, ...], dialogues: int, accuracy: float, correlation: float
) -> list[ClusterCount]:
    rows = generator.choice(sizes, dialogues)
    shares = np.full(dialogues, accuracy)
    if correlation:
        both = (1 - correlation) / correlation
        shares = generator.beta(accuracy * both, (1 - accuracy) * both, dialogues)
    return [ClusterCount(int(h), int(n)) for h, n in zip(generator.binomial(rows, shares), rows, strict=True)]


def _contains(counts: list[ClusterCount], accuracy: float) -> tuple[bool, bool]:
    found = clustered_proportion(counts)
    assert isinstance(found, Measured)
    low, high = wilson_bounds(found.value, found.rows)
    return found.low <= accuracy <= found.high, low <= accuracy <= high


def main() -> None:
    """Print the table."""
    print(
        "| answers of a dialogue | correlation | dialogues | by dialogue | as if independent |\n|---|---|---|---|---|"
    )
    for sizes in SIZES:
        for correlation in CORRELATIONS:
            for dialogues in DIALOGUES:
                found = clustered_coverage(sizes, correlation, repetitions=2000, seed=0, dialogues=(dialogues,))
                sized = ", ".join(map(str, sizes))
                figures = f"{found.clustered:.3f} | {found.independent:.3f}"
                print(f"| {sized} | {correlation} | {dialogues} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
