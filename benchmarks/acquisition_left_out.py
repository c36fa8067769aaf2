"""What to label next, on five public sets: labels that each strategy needs, as a share of what random labels need.

Run by `python -m benchmarks.acquisition_left_out [SET ...]`, not by `make bench`. Needs the public data. A pool has
POOL queries, of which a tenth is out of scope (those of CLINC150) unless the name of the set ends in `-clean`. From no
label, every round buys one query a label, and at least ten; the true label is the answer. Accuracy and macro-F1 are
those of the quick probe on the official test, in scope; where there is none, on a quarter of the rows.

`mixed before` knows where labels are, not which: the rule of decision 13, whose constants were chosen on CLINC150 and
BANKING77. The rule of `mixed` adds none; it was chosen among those of decision 77, the same one whichever set is left
out.
"""

from __future__ import annotations

import itertools
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.public_vectors import SETS, distinct_rows, stored_vectors
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.engine.linear_probe import LinearProbe
from winnow.curation.engine.quick_probe import fit_steps, probe_rows
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.acquisition import AcquisitionPool, choose_queries
from winnow.validators.stats.quantiles import percentile_bounds

POOL, TEST, MOST_TESTED = 3000, 1500, 8000

OUT_OF_SCOPE, OUT_OF_SCOPE_SHARE = "oos", 0.1

SEEDS, ROUNDS, NEAR, STEPS = 3, 30, 0.97, 15

SHARES = (0.85, 0.95)

RESAMPLES = 2000

ROUNDING = 1e-6
"""Added to squared lengths, so that there is one solution."""

Labels = NDArray[np.str_]


@dataclass(frozen=True)
class Pool:
    """Queries to buy labels for, and rows to measure on."""

    name: str
    vectors: Vectors
    answers: Labels
    test: Vectors
    expected: Labels
    batch: int


@dataclass(frozen=True)
class Figures:
    """Accuracy and macro-F1."""

    accuracy: float
    macro_f1: float


Choose = Callable[[Pool, NDArray[np.int64], LinearProbe | None, NDArray[np.int64]], list[int]]
"""Positions to label next, given those that are labeled, the probe and a random rank of each query."""


@cache
def rows_of(name: str) -> tuple[Vectors, Labels, Labels]:
    """Vectors, labels and splits of the distinct texts of a set; vectors are kept in the cache folder."""
    rows = distinct_rows(name)
    split = np.array([row.get("split", "all") for row in rows])
    return stored_vectors(name, [row["text"] for row in rows]), np.array([row["label"] for row in rows]), split


def pool_of(told: str, seed: int, *, tested_on_all: bool = False) -> Pool:
    """A pool and a test of a set, drawn at random.

    With `tested_on_all`, the test is up to MOST_TESTED other rows, with as large a share out of scope as in the pool.
    """
    name, _, kind = told.partition("-")
    vectors, label, split = rows_of(name)
    generator = np.random.default_rng(100 + seed)
    inside = np.flatnonzero(label != OUT_OF_SCOPE)
    if (split == "test").any():
        train, test = inside[split[inside] == "train"], inside[split[inside] == "test"]
    else:
        inside = np.random.default_rng(1).permutation(inside)
        train, test = inside[len(inside) // 4 :], inside[: len(inside) // 4]
    outside = 0 if kind == "clean" else int(POOL * OUT_OF_SCOPE_SHARE)
    train, test = generator.permutation(train)[: POOL - outside], generator.permutation(test)[:TEST]
    if tested_on_all:
        test = generator.permutation(np.setdiff1d(inside, train))[:MOST_TESTED]
    pooled, answers = vectors[train], label[train]
    test = test[np.isin(label[test], answers)]
    tested, expected = vectors[test], label[test]
    if outside:
        foreign, names, _ = rows_of("clinc150")
        free = generator.permutation(np.flatnonzero(names == OUT_OF_SCOPE))
        taken, others = free[:outside], free[outside:][: len(test) * outside // len(train)]
        pooled, answers = np.vstack([pooled, foreign[taken]]), np.append(answers, [OUT_OF_SCOPE] * outside)
        if tested_on_all:
            tested, expected = np.vstack([tested, foreign[others]]), np.append(expected, [OUT_OF_SCOPE] * len(others))
    labels = len(set(answers) - {OUT_OF_SCOPE})
    return Pool(told, pooled, answers, tested, expected, max(10, labels))


def quick_fit(vectors: Vectors, labels: Labels) -> LinearProbe:
    """The quick probe, in the coordinates of the embedding."""
    names, codes = np.unique(labels, return_inverse=True)
    rows = probe_rows(vectors, len(names))
    weights = fit_steps(rows, codes, np.zeros((rows.design.shape[1], len(names)), dtype=np.float32), STEPS)
    together = np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])
    scale = together.T.astype(np.float64) @ together + ROUNDING * np.eye(together.shape[1])
    back = np.linalg.solve(scale, together.T @ (rows.design @ weights)).astype(np.float32)
    return LinearProbe(np.ascontiguousarray(back[:-1].T), np.ascontiguousarray(back[-1]), names.tolist())


def figures(probe: LinearProbe, pool: Pool) -> Figures:
    found = np.array(probe.classes)[probe.probabilities(pool.test).argmax(axis=1)]
    scores = []
    for label in np.unique(pool.expected):
        given, wanted = found == label, pool.expected == label
        scores.append(2 * (given & wanted).sum() / (given.sum() + wanted.sum()))
    return Figures(float((found == pool.expected).mean()), float(np.mean(scores)))


def by_strategy(strategy: AcquisitionStrategy, *, labels_known: bool = True) -> Choose:
    def choose(pool: Pool, taken: NDArray[np.int64], probe: LinearProbe | None, order: NDArray[np.int64]) -> list[int]:
        left = np.setdiff1d(np.arange(len(pool.vectors)), taken)
        every = np.ones(len(left), dtype=bool)
        asked = AcquisitionPool(pool.vectors[left], order[left], every, every.astype(float), pool.vectors[taken])
        if labels_known:
            asked = replace(asked, known_labels=pool.answers[taken].tolist())
        return left[choose_queries(strategy, asked, pool.batch, near=NEAR, probe=probe)].tolist()

    return choose


def badge(pool: Pool, taken: NDArray[np.int64], probe: LinearProbe | None, order: NDArray[np.int64]) -> list[int]:
    """k-means++ on the gradients of the probe's last layer (Ash et al. 2020, BADGE); at first `diverse`."""
    if probe is None:
        return by_strategy(AcquisitionStrategy.DIVERSE)(pool, taken, probe, order)
    left = np.setdiff1d(np.arange(len(pool.vectors)), taken)
    residual = probe.probabilities(pool.vectors[left])
    residual[np.arange(len(left)), residual.argmax(axis=1)] -= 1
    norm = (residual**2).sum(axis=1)
    generator = np.random.default_rng(int(order[0]) + len(taken))
    chosen = [int(norm.argmax())]
    distance = np.full(len(left), np.inf)
    while len(chosen) < min(pool.batch, len(left)):
        last = chosen[-1]
        product = (residual @ residual[last]) * (pool.vectors[left] @ pool.vectors[left[last]])
        distance = np.minimum(distance, np.maximum(norm + norm[last] - 2 * product, 0))
        distance[chosen] = 0
        if distance.sum() <= 0:
            break
        chosen.append(int(generator.choice(len(left), p=distance / distance.sum())))
    return left[chosen].tolist()


CHOICES: dict[str, Choose] = {
    "random": by_strategy(AcquisitionStrategy.RANDOM),
    "margin": by_strategy(AcquisitionStrategy.UNCERTAINTY),
    "BADGE": badge,
    "diverse": by_strategy(AcquisitionStrategy.DIVERSE),
    "mixed before": by_strategy(AcquisitionStrategy.MIXED, labels_known=False),
    "mixed": by_strategy(AcquisitionStrategy.MIXED),
}


def needed(pool: Pool, choose: Choose, seed: int) -> list[float]:
    """Labels to 85 % and 95 % of full accuracy, then of full macro-F1; NaN where it is never reached."""
    full = figures(quick_fit(pool.vectors, pool.answers), pool)
    order = np.random.default_rng(seed).permutation(len(pool.vectors))
    taken, probe = np.empty(0, dtype=np.int64), None
    curve: list[tuple[int, Figures]] = [(0, Figures(0.0, 0.0))]
    wanted = SHARES[-1]
    while len(curve) <= ROUNDS and not _reached(curve[-1][1], full, wanted):
        picked = choose(pool, taken, probe, order)
        if not picked:
            break
        taken = np.append(taken, picked)
        probe = quick_fit(pool.vectors[taken], pool.answers[taken])
        curve.append((len(taken), figures(probe, pool)))
    accuracy = [(count, one.accuracy) for count, one in curve]
    macro_f1 = [(count, one.macro_f1) for count, one in curve]
    return [
        *(labels_to(accuracy, share * full.accuracy) for share in SHARES),
        *(labels_to(macro_f1, share * full.macro_f1) for share in SHARES),
    ]


def _reached(now: Figures, full: Figures, share: float) -> bool:
    return now.accuracy >= share * full.accuracy and now.macro_f1 >= share * full.macro_f1


def labels_to(curve: list[tuple[int, float]], wanted: float) -> float:
    """Where a curve first reaches a value, on straight lines between its points."""
    for (low, before), (high, after) in itertools.pairwise(curve):
        if after >= wanted:
            return low + (high - low) * (wanted - before) / (after - before)
    return float("nan")


def ratio(own: NDArray[np.float64], random: NDArray[np.float64]) -> str:
    """The mean share of random's labels, with a 95 % interval by bootstrap over seeds."""
    drawn = np.random.default_rng(0).integers(0, len(own), (RESAMPLES, len(own)))
    low, high = percentile_bounds(own[drawn].mean(axis=1) / random[drawn].mean(axis=1), confidence=0.95)
    return f"{own.mean() / random.mean():.0%} ({low:.0%} to {high:.0%})"


def table(told: str) -> dict[str, list[float]]:
    """Print one set; the shares of random's labels by strategy."""
    pools = [pool_of(told, seed) for seed in range(SEEDS)]
    print(f"\n## {told}: {len(pools[0].vectors):,} queries, {pools[0].batch} a round, {SEEDS} seeds\n")
    heads = [f"{what} {share:.0%}" for what in ("accuracy", "macro-F1") for share in SHARES]
    print(f"| strategy | random's labels to {' | '.join(heads)} |\n|{'---|' * 5}")
    shares: dict[str, list[float]] = {}
    random = np.ones((SEEDS, 4))
    for name, choose in CHOICES.items():
        found = np.array([needed(pool, choose, seed) for seed, pool in enumerate(pools)])
        random = found if name == "random" else random
        cells = [ratio(found[:, column], random[:, column]) for column in range(4)]
        if name == "random":
            cells = [f"{count:,.0f} labels" for count in found.mean(axis=0)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
        shares[name] = (found.mean(axis=0) / random.mean(axis=0)).tolist()
    return shares


def main(told: list[str]) -> None:
    """Every set, then the worst and the mean of each strategy."""
    every = [table(name) for name in told]
    print(f"\n## Worst and mean of {len(every)} sets\n\n| strategy | worst, mean to 85 % | worst, mean to 95 % |")
    print("|---|---|---|")
    for name in CHOICES:
        both = [[one[name][column] for one in every] for column in range(2)]
        print(f"| {name} | {' | '.join(f'{max(one):.0%}, {statistics.mean(one):.0%}' for one in both)} |")


if __name__ == "__main__":
    main(sys.argv[1:] or [*SETS, *(f"{name}-clean" for name in SETS)])
