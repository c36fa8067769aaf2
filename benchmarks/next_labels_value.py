"""What 100 labels bought, compared with what was expected of them: how often the interval holds it.

Run by `python -m benchmarks.next_labels_value [SET ...]`, not by `make bench`. Needs the public data. Labels are bought
at random or by `mixed` from pools with a tenth of out-of-scope queries, 100 at a time; after each of AMOUNTS, the curve
of these labels is extrapolated, and the accuracy of the quick probe on other rows, 391 to 8,900 with as large a share
out of scope, after 100 more says what they bought.
Nothing in `expected_gain` was fitted to a set; its form was chosen on other draws of the same sets.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks.acquisition_left_out import SETS, Pool, by_strategy, figures, pool_of, quick_fit
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.annotations.out_of_fold_curve import out_of_fold_curve
from winnow.curation.checks.next_labels import ADDED
from winnow.validators.stats.expected_gain import expected_gain
from winnow.validators.stats.intervals import measured_proportion

SEEDS = 2

AMOUNTS = (100, 200, 400, 800)

STRATEGIES = (AcquisitionStrategy.RANDOM, AcquisitionStrategy.MIXED)


class Outcome(NamedTuple):
    """One expectation and what came."""

    labels: int
    expected: float
    low: float
    high: float
    bought: float

    @property
    def is_covered(self) -> bool:
        """Whether the interval holds what came."""
        return self.low <= self.bought <= self.high


def outcomes(pool: Pool, strategy: AcquisitionStrategy, seed: int) -> list[Outcome]:
    """What was expected after each amount of labels, and what 100 more bought."""
    choose = by_strategy(strategy)
    pool = replace(pool, batch=ADDED)
    order = np.random.default_rng(seed).permutation(len(pool.vectors))
    taken, probe = np.empty(0, dtype=np.int64), None
    before, found = 0.0, []
    for amount in range(ADDED, min(AMOUNTS[-1] + ADDED, len(pool.vectors)) + 1, ADDED):
        earlier = taken
        taken = np.append(taken, choose(pool, taken, probe, order))
        probe = quick_fit(pool.vectors[taken], pool.answers[taken])
        accuracy = figures(probe, pool).accuracy
        labels = amount - ADDED
        if labels in AMOUNTS:
            own = [str(row) for row in earlier]
            curve = out_of_fold_curve(pool.vectors[earlier], pool.answers[earlier].tolist(), own, seed=seed)
            if curve is not None:
                gain = expected_gain(curve.points, labels=labels, added=ADDED, seed=seed)
                found.append(Outcome(labels, gain.value, gain.low, gain.high, accuracy - before))
        before = accuracy
    return found


def line(name: str, found: list[Outcome]) -> str:
    """One row of the table, in points of accuracy."""
    covered = measured_proportion(sum(one.is_covered for one in found), len(found))
    bought, expected = (
        100 * statistics.mean(values) for values in zip(*((o.bought, o.expected) for o in found), strict=True)
    )
    half = 100 * statistics.mean((one.high - one.low) / 2 for one in found)
    share = f"{covered.value:.0%} ({covered.low:.0%} to {covered.high:.0%}) of {len(found)}"
    return f"| {name} | {bought:.1f} | {expected:.1f} | ±{half:.1f} | {share} |"


def main(told: list[str]) -> None:
    """By set and strategy, then by number of labels."""
    print(f"| {SEEDS} seeds | bought | expected | interval | holds what came |\n|---|---|---|---|---|")
    every: list[Outcome] = []
    for strategy in STRATEGIES:
        for name in told:
            found = [
                one
                for seed in range(SEEDS)
                for one in outcomes(pool_of(name, seed, tested_on_all=True), strategy, seed)
            ]
            every += found
            print(line(f"{strategy}, {name}", found), flush=True)
    for labels in AMOUNTS:
        print(line(f"after {labels:,} labels", [one for one in every if one.labels == labels]))
    print(line("all", every))


if __name__ == "__main__":
    main(sys.argv[1:] or list(SETS))
