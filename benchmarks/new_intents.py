"""Hidden intents in traffic: queries called new, regions and the traffic gate, on sets that nothing was fitted to.

Run by `python -m benchmarks.new_intents [SET ...] [--seeds N]`, not by `make bench`: it measures quality, not speed.
Needs the public data. Every figure of a set is one with that set left out: weights and limits are learned from the rows
of its train that remain when a fifth of its intents is hidden.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.public_vectors import OUT_OF_SCOPE, SETS, VectorSet, vector_set
from winnow.core.result import NotMeasured
from winnow.curation.checks.coverage.clustering import CenteredSpace, cluster, fit_centered_space
from winnow.curation.checks.coverage.region_evidence import (
    CHANCE_SIZE,
    USUAL_EXCESS,
    chance_excess,
    is_suspected,
    suspected_from,
    thinned,
)
from winnow.curation.checks.coverage.traffic_novelty import estimate_uncovered
from winnow.curation.checks.gates.traffic_coverage import measure_novelty_gate
from winnow.curation.engine.linear_probe import fit_probe
from winnow.curation.engine.query_novelty import LabeledVectors, QueryNovelty, is_new, judge_novelty
from winnow.validators.stats.auroc import auroc
from winnow.validators.stats.chance_clusters import beyond_chance
from winnow.validators.stats.quantiles import quantile

HIDDEN_SHARE, MAX_HIDDEN = 0.2, 10

MIN_ROWS = 5
"""A hidden intent with fewer rows cannot be a region."""

PURE = 0.80

SHARE_MIN = 0.80
"""Of the gate."""

DENSITY_NEIGHBORS = 10

FIRST_SEED = 10
"""Draws that no choice of the method was made on."""

TRAFFIC = ("mixed", "known", "hidden")


class Draw(NamedTuple):
    """A set with some intents hidden."""

    train: VectorSet
    hidden: VectorSet
    known: VectorSet
    intents: frozenset[str]

    def traffic(self, name: str) -> VectorSet:
        """Traffic of known intents, of hidden ones, or of both, in random order."""
        parts = {"mixed": (self.known, self.hidden), "known": (self.known,), "hidden": (self.hidden,)}[name]
        both = [np.concatenate([getattr(one, field) for one in parts]) for field in ("vectors", "labels", "is_train")]
        return VectorSet(*both).of(np.random.default_rng(0).permutation(len(both[1])))


class Found(NamedTuple):
    """What was found in one traffic."""

    traffic: str
    true_share: float
    estimate: float
    gate_right: bool
    alarms: float
    flagged: float
    regions: int
    false_regions: int
    intents: int
    found: int


def draw(name: str, seed: int) -> Draw:
    """Hide a fifth of the intents; traffic is their train rows and the other rows of known intents."""
    rows = vector_set(name, seed=seed)
    counts = Counter(rows.labels[rows.is_train].tolist())
    names = sorted(label for label, count in counts.items() if count >= MIN_ROWS and label != OUT_OF_SCOPE)
    count = int(np.clip(round(HIDDEN_SHARE * len(names)), 1, MAX_HIDDEN))
    hidden = frozenset(np.random.default_rng(seed).choice(names, count, replace=False).tolist())
    is_hidden, in_scope = np.isin(rows.labels, sorted(hidden)), np.isin(rows.labels, names)
    return Draw(
        rows.of(np.flatnonzero(rows.is_train & ~is_hidden)),
        rows.of(np.flatnonzero(rows.is_train & is_hidden)),
        rows.of(np.flatnonzero(~rows.is_train & ~is_hidden & in_scope)),
        hidden,
    )


def judge(given: Draw, traffic: VectorSet) -> QueryNovelty:
    """The novelty of traffic."""
    labels = given.train.labels
    rows = LabeledVectors(given.train.vectors, labels, np.arange(len(labels)), labels != OUT_OF_SCOPE)
    found = judge_novelty(rows, traffic.vectors, len(labels) + np.arange(len(traffic.labels)))
    if isinstance(found, NotMeasured):
        sys.exit(found.why)
    return found


def regions_of(given: Draw, traffic: VectorSet, novelty: QueryNovelty) -> Iterator[NDArray[np.int64]]:
    """The positions of the traffic of each region, as `coverage` finds them."""
    topics = given.train.of(np.flatnonzero(given.train.labels != OUT_OF_SCOPE))
    space = fit_centered_space(topics.vectors, topics.labels.tolist())
    rows = np.flatnonzero(is_suspected(novelty))
    found = cluster(traffic.vectors[rows], space)
    groups = [rows[found == number] for number in range(int(found.max(initial=-1)) + 1)]
    yield from (one for one, stays in zip(groups, _evident(given, novelty, groups, space), strict=True) if stays)


def _evident(
    given: Draw, novelty: QueryNovelty, groups: Sequence[NDArray[np.int64]], space: CenteredSpace
) -> list[bool]:
    taken = thinned(novelty, len(novelty.scores))
    known = given.train.vectors[novelty.known_rows[taken]]
    chance = chance_excess(known, novelty.known_scores[taken], space)
    excess = [float((novelty.scores[rows] - suspected_from()).sum()) for rows in groups]
    scale = max(len(novelty.scores) / len(taken), 1.0)
    return beyond_chance(excess, chance, usual=CHANCE_SIZE * USUAL_EXCESS, scale=scale)


def measure(given: Draw, name: str, traffic: VectorSet, novelty: QueryNovelty) -> Found:
    """One row of the table."""
    is_hidden = np.isin(traffic.labels, sorted(given.intents))
    share = float(is_hidden.mean())
    estimate = estimate_uncovered(novelty, np.ones(len(traffic.labels), dtype=np.int64))
    if isinstance(estimate, NotMeasured):
        sys.exit(estimate.why)
    gate = measure_novelty_gate(estimate, SHARE_MIN)
    pure, false, count = set(), 0, 0
    for rows in regions_of(given, traffic, novelty):
        label, most = Counter(traffic.labels[rows].tolist()).most_common(1)[0]
        count, false = count + 1, false + (is_hidden[rows].mean() < 0.5)
        pure |= {label} if label in given.intents and most >= PURE * len(rows) else set()
    new = is_new(novelty)
    return Found(
        name,
        share,
        estimate.share.value,
        (gate.verdict == "pass") == (share <= 1 - SHARE_MIN),
        _mean(new[~is_hidden]),
        _mean(new[is_hidden]),
        count,
        int(false),
        len(given.intents) if is_hidden.any() else 0,
        len(pure),
    )


def peers(given: Draw, traffic: VectorSet) -> dict[str, NDArray[np.float64]]:
    """What is usual for out-of-scope detection."""
    cosines = [part @ given.train.vectors.T for part in np.array_split(traffic.vectors, 40) if len(part)]
    nearest = [np.partition(part, -DENSITY_NEIGHBORS, axis=1)[:, -DENSITY_NEIGHBORS:] for part in cosines]
    probe = fit_probe(given.train.vectors, given.train.labels.tolist())
    return {
        "maximum probability": -probe.probabilities(traffic.vectors).max(axis=1).astype(np.float64),
        "nearest cosine": -np.concatenate([part.max(axis=1) for part in nearest]).astype(np.float64),
        "10 nearest": -np.concatenate([part.mean(axis=1) for part in nearest]).astype(np.float64),
    }


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def print_peers(names: Sequence[str], seeds: Sequence[int]) -> None:
    """AUROC, and hidden queries called new at 10 % false alarms, of each score."""
    print("\n| left out | " + " | ".join(("maximum probability", "nearest cosine", "10 nearest", "Winnow")) + " |")
    print("|---|---|---|---|---|")
    for name in names:
        cells: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for seed in seeds:
            given = draw(name, seed)
            traffic = given.traffic("mixed")
            is_hidden = np.isin(traffic.labels, sorted(given.intents))
            for score, values in (peers(given, traffic) | {"Winnow": judge(given, traffic).scores}).items():
                area = auroc(values, is_hidden)
                limit = quantile(values[~is_hidden], 0.9)
                cells[score].append(
                    (0.0 if isinstance(area, NotMeasured) else area.value, _mean(values[is_hidden] > limit))
                )
        means = [np.mean(rows, axis=0) for rows in cells.values()]
        print(f"| {name} | " + " | ".join(f"{area:.3f}, {share:.0%}" for area, share in means) + " |", flush=True)


def _separation(values: NDArray[np.float64], is_hidden: NDArray[np.bool_]) -> tuple[float, float]:
    """AUROC, and the share of hidden queries beyond the 90th percentile of known ones."""
    area = auroc(values, is_hidden)
    beyond = _mean(values[is_hidden] > quantile(values[~is_hidden], 0.9))
    return 0.0 if isinstance(area, NotMeasured) else area.value, beyond


def print_found(names: Sequence[str], seeds: Sequence[int]) -> None:
    """Regions and the gate, by set and traffic."""
    print(
        "\n| left out | traffic | true share | estimated | gate right | known called new | hidden called new | "
        "intents found | regions | false |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for name in names:
        rows: dict[str, list[Found]] = defaultdict(list)
        for seed in seeds:
            given = draw(name, seed)
            for kind in TRAFFIC:
                traffic = given.traffic(kind)
                rows[kind].append(measure(given, kind, traffic, judge(given, traffic)))
        for kind, found in rows.items():
            print(f"| {name} | {kind} | {_cells(found)} |", flush=True)


def _cells(found: Sequence[Found]) -> str:
    def mean(field: str) -> float:
        return float(np.mean([getattr(one, field) for one in found]))

    lowest, highest = (end(one.estimate for one in found) for end in (min, max))
    intents = sum(one.intents for one in found)
    shares = sorted(one.found / one.intents for one in found if one.intents)
    recall = f"{sum(one.found for one in found) / intents:.0%} ({shares[0]:.0%})" if intents else "–"
    return " | ".join(
        (
            f"{mean('true_share'):.2f}",
            f"{mean('estimate'):.2f} ({lowest:.2f} to {highest:.2f})",
            f"{sum(one.gate_right for one in found)} of {len(found)}",
            f"{mean('alarms'):.1%}" if found[0].traffic != "hidden" else "–",
            f"{mean('flagged'):.0%}" if found[0].traffic != "known" else "–",
            recall,
            f"{sum(one.regions for one in found)}",
            f"{sum(one.false_regions for one in found)}",
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("sets", nargs="*", default=[])
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--peers", action="store_true")
    given = arguments.parse_args()
    chosen, draws = given.sets or list(SETS), range(FIRST_SEED, FIRST_SEED + given.seeds)
    (print_peers if given.peers else print_found)(chosen, draws)
