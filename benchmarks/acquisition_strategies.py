"""Learning curves: accuracy of the linear probe on the official test by number of labels, for each strategy.

Run by `python -m benchmarks.acquisition_strategies [BENCH ...]`, not by `make bench`. Needs the public data. From no
label, every round buys as many queries as there are labels, the true label is the answer, and a new probe is fitted
to all answers. A run ends at 95 % of the accuracy that the whole pool gives, or after ROUNDS rounds.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC, vectors
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.linear_probe import LinearProbe, fit_probe
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling import acquisition, facility_location
from winnow.curation.labeling.acquisition import (
    AcquisitionPool,
    choose_queries,
)

SEEDS = 5

ROUNDS = 30

NEAR = 0.97
"""The default of dedup."""

SHARES = (0.85, 0.95)

SHOWN = (2, 4, 6, 8, 10)
"""Rounds whose accuracy is printed."""

OUT_OF_SCOPE = "oos"

IN_SCOPE_KEPT = 8000
"""In-scope train rows of CLINC150 that are kept: with these, the 1,200 out-of-scope queries are 13 % of the pool."""

FOLD = 1500
"""Number of BANKING77's train rows that are held out for tuning."""

TUNED: dict[tuple[ModuleType, str], tuple[float, ...]] = {
    (facility_location, "KERNEL_SHARPNESS"): (3, 5, 8),
    (acquisition, "UNCERTAINTY_POWER"): (1, 2, 3),
    (facility_location, "MAX_COVERED_QUERIES"): (2048, 4096, 8192),
    (facility_location, "FIRST_CANDIDATES"): (2048, 16_384),
}
"""Constants by module and name, and the values that are tried."""

TUNING_SEEDS = 2


@dataclass(frozen=True)
class Bench:
    """A pool of queries with their labels, and the in-scope rows that accuracy is measured on."""

    pool: Vectors
    answers: NDArray[np.str_]
    test: Vectors
    expected: NDArray[np.str_]
    batch: int


@dataclass(frozen=True)
class Curve:
    """Number of labels and accuracy, round by round, and the share of labels that were out of scope."""

    bought: list[int]
    accuracy: list[float]
    out_of_scope: float

    def labels_to(self, accuracy: float) -> float | None:
        """Number of labels at which an accuracy is first reached, interpolated linearly; None when it never is."""
        after = next((i for i, value in enumerate(self.accuracy) if value >= accuracy), None)
        if not after:
            return None if after is None else float(self.bought[0])
        low, high = self.accuracy[after - 1], self.accuracy[after]
        step = self.bought[after] - self.bought[after - 1]
        return self.bought[after - 1] + step * (accuracy - low) / (high - low)


def bench(name: str) -> Bench:
    """`banking77`, `clinc150` or `clinc150-oos`; with `-tuning` a split without the official test."""
    source, _, kind = name.partition("-")
    rows = [json.loads(line) for line in (PUBLIC / source / f"{source}.jsonl").read_text().splitlines()]
    label, split = np.array([row["label"] for row in rows]), np.array([row["split"] for row in rows])
    embedded = open_embedder().encode([row["text"] for row in rows])
    inside = label != OUT_OF_SCOPE
    pool, test = np.flatnonzero(inside & (split == "train")), np.flatnonzero(inside & (split == "test"))
    if kind == "tuning":
        test = np.flatnonzero(inside & (split == "validation"))
        if not len(test):
            pool = np.random.default_rng(0).permutation(pool)
            test, pool = pool[:FOLD], pool[FOLD:]
    if kind == "oos":
        kept = np.random.default_rng(0).permutation(pool)[:IN_SCOPE_KEPT]
        pool = np.concatenate([kept, np.flatnonzero(~inside)])
    return Bench(embedded[pool], label[pool], embedded[test], label[test], len(set(label[test])))


def run(data: Bench, strategy: AcquisitionStrategy, seed: int, enough: float) -> Curve:
    """Label batch after batch until the probe is accurate enough."""
    order = np.random.default_rng(seed).permutation(len(data.pool))
    taken = np.empty(0, dtype=np.int64)
    probe: LinearProbe | None = None
    curve: list[float] = []
    while len(curve) < ROUNDS and not (curve and curve[-1] >= enough):
        left = np.setdiff1d(np.arange(len(data.pool)), taken)
        every = np.ones(len(left), dtype=bool)
        pool = AcquisitionPool(data.pool[left], order[left], every, every.astype(float), data.pool[taken])
        taken = np.append(taken, left[choose_queries(strategy, pool, data.batch, near=NEAR, probe=probe)])
        probe = fit_probe(data.pool[taken], data.answers[taken].tolist())
        curve.append(accuracy(probe, data))
    bought = [data.batch * (i + 1) for i in range(len(curve))]
    return Curve(bought, curve, float((data.answers[taken] == OUT_OF_SCOPE).mean()))


def accuracy(probe: LinearProbe, data: Bench) -> float:
    return float((np.array(probe.classes)[probe.probabilities(data.test).argmax(axis=1)] == data.expected).mean())


def curves(name: str) -> None:
    """Print the table of one pool."""
    data = bench(name)
    full = accuracy(fit_probe(data.pool, data.answers.tolist()), data)
    shown = [data.batch * i for i in SHOWN]
    print(f"\n## {name}: {len(data.pool):,} queries, {data.batch} per round, {SEEDS} seeds; all labels: {full:.4f}\n")
    heads = [*(f"at {count:,}" for count in shown), *(f"labels to {share:.0%}" for share in SHARES), "of random's"]
    print(f"| strategy | {' | '.join(heads)} | out of scope |\n|{'---|' * (len(heads) + 2)}")
    random: list[float | None] = []
    for strategy in AcquisitionStrategy:
        runs = [run(data, strategy, seed, SHARES[-1] * full) for seed in range(SEEDS)]
        needed = [middle([one.labels_to(share * full) for one in runs]) for share in SHARES]
        random = random or needed
        at = [middle([dict(zip(one.bought, one.accuracy, strict=True)).get(count) for one in runs]) for count in shown]
        cells = [*(f"{value:.3f}" if value else "" for value in at), *(f"{n:,.0f}" if n else "" for n in needed)]
        ratios = [f"{n / base:.0%}" if n and base else "–" for n, base in zip(needed, random, strict=True)]
        oos = statistics.mean(one.out_of_scope for one in runs)
        print(f"| {strategy} | {' | '.join(cells)} | {', '.join(ratios)} | {oos:.0%} |", flush=True)


def constants() -> None:
    """Labels that `mixed` needs, with one constant of curation.labeling changed at a time."""
    pools = {name: bench(f"{name}-tuning") for name in ("banking77", "clinc150")}
    print(f"\n## mixed, official test unseen, {TUNING_SEEDS} seeds\n")
    print(f"| constant |{' |'.join(f' {name}, labels to {share:.0%}' for name in pools for share in SHARES)} |")
    print("|---|" + "---|" * len(pools) * len(SHARES))
    for (module, constant), values in TUNED.items():
        default = getattr(module, constant)
        for value in values:
            setattr(module, constant, value)
            cells = []
            for data in pools.values():
                full = accuracy(fit_probe(data.pool, data.answers.tolist()), data)
                runs = [run(data, AcquisitionStrategy.MIXED, seed, SHARES[-1] * full) for seed in range(TUNING_SEEDS)]
                needed = [middle([one.labels_to(share * full) for one in runs]) for share in SHARES]
                cells += [f"{n:,.0f}" if n else "–" for n in needed]
            print(f"| {constant} = {value:,} | {' | '.join(cells)} |", flush=True)
        setattr(module, constant, default)


def middle(values: list[float | None]) -> float | None:
    """The mean over the seeds; None when a seed has no value."""
    there = [value for value in values if value is not None]
    return statistics.mean(there) if len(there) == len(values) else None


def speed() -> None:
    """Seconds to choose 500 of 100,000 queries, with 1,000 labeled."""
    name, many = vectors(101_000)
    many = np.random.default_rng(0).permutation(many)
    known, pool = many[:1000], many[1000:]
    every = np.ones(len(pool), dtype=bool)
    labels = [str(number) for number in (known @ pool[:100].T).argmax(axis=1)]
    probe = fit_probe(known, labels)
    asked = AcquisitionPool(pool, np.arange(len(pool)), every, every.astype(float), known)
    print(f"\n## 500 of {len(pool):,} ({name})\n\n| strategy | seconds |\n|---|---|")
    for strategy in AcquisitionStrategy:
        start = time.perf_counter()
        choose_queries(strategy, asked, 500, near=NEAR, probe=probe)
        print(f"| {strategy} | {time.perf_counter() - start:.1f} |", flush=True)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="The number of unique classes")
    others = {"speed": speed, "tuning": constants}
    for told in sys.argv[1:] or ["banking77", "clinc150", "clinc150-oos", *others]:
        others[told]() if told in others else curves(told)
