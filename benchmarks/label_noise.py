"""Label errors of four structures in five public sets: the ranking against cleanlab's, and how many are estimated.

Run by `python -m benchmarks.label_noise [SET ...]`, not by `make bench`; `SEEDS=N` and `SHARES=0.02,0.1` choose fewer
cells. Needs the public data and `cleanlab`. Prints a line a cell, then the means and the worst cells.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.label_error_detection import measured
from benchmarks.public_vectors import stored_vectors
from benchmarks.texts import PUBLIC
from winnow.core.result import NotMeasured
from winnow.curation.annotations.label_errors import judge_labels
from winnow.curation.annotations.out_of_fold import assign_folds
from winnow.curation.annotations.quick_out_of_fold import QuickProbes
from winnow.curation.annotations.wrong_label_count import contradicted_labels, wrong_label_count
from winnow.curation.engine.quick_probe import probe_rows
from winnow.curation.engine.vectors import Vectors

SETS = ("rasa_nlu", "snips", "clinc150", "banking77", "metatool_routing")

ROWS = {"banking77": 55, "clinc150": 50, "snips": 400, "rasa_nlu": 500, "metatool_routing": 60}
"""Rows of each label that are used at most, drawn once: the peers are refitted in every cell."""

MIN_ROWS = 8

SHARES = tuple(float(one) for one in os.environ.get("SHARES", "0.02,0.05,0.1,0.2").split(","))

SEEDS = range(int(os.environ.get("SEEDS", "5")))

PENALTIES = {"C = 10": (10.0, 25), "C = 1": (1.0, 15)}
"""Of the peers: scikit-learn's C, and steps until the fit hardly changes."""

COPIES = 3
"""Near-identical rows with the same wrong label."""

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Cell:
    """Rows with true and given labels."""

    vectors: Vectors
    true: Codes
    given: Codes

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """The rows with another label than the true one."""
        return self.true != self.given


class Outcome(NamedTuple):
    """What came out of one cell."""

    precision: dict[str, float]
    average: dict[str, float]
    covered: bool | None
    """Whether the interval holds the true number; None where it was not measured."""
    first_found: float
    text: str


def rows_of(name: str) -> tuple[Vectors, Codes]:
    """At most ROWS rows of each label that has MIN_ROWS, and their labels as numbers."""
    lines = (PUBLIC / name / f"{name}.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("split", "train") in ("train", "all")]
    size = Counter(row["label"] for row in rows)
    drawn: Counter[str] = Counter()
    kept = []
    for place in np.random.default_rng(7).permutation(len(rows)).tolist():
        label = rows[place]["label"]
        if size[label] >= MIN_ROWS and drawn[label] < ROWS[name]:
            drawn[label] += 1
            kept.append(rows[place])
    vectors = stored_vectors(f"{name}-label-noise", [row["text"] for row in kept])
    return vectors, np.unique([row["label"] for row in kept], return_inverse=True)[1]


def random_errors(cell: Cell, wrong: int, generator: np.random.Generator) -> Cell:
    """Any label instead of the true one."""
    given = cell.true.copy()
    chosen = generator.choice(len(given), wrong, replace=False)
    labels = given.max() + 1
    given[chosen] = (given[chosen] + generator.integers(1, labels, wrong)) % labels
    return Cell(cell.vectors, cell.true, given)


def pair_errors(cell: Cell, wrong: int, generator: np.random.Generator) -> Cell:
    """The label that the model confuses most with the true one, in half of the rows: label with label."""
    given, partner = cell.true.copy(), confused_partners(cell)
    may = np.flatnonzero(np.isin(given, list(partner)))
    chosen = generator.choice(may, min(wrong, len(may)), replace=False)
    given[chosen] = [partner[code] for code in given[chosen].tolist()]
    return Cell(cell.vectors, cell.true, given)


def annotator_errors(cell: Cell, wrong: int, generator: np.random.Generator) -> Cell:
    """Ten annotators with error rates of their own; half of their errors are always the same label for a true one."""
    count, labels, given = len(cell.true), int(cell.true.max()) + 1, cell.true.copy()
    annotator, rate = generator.integers(0, 10, count), generator.exponential(size=10)
    rate = np.minimum(rate / rate.mean() * wrong / count, 0.6)
    habit = [generator.permutation(labels) for _ in range(10)]
    for row in np.flatnonzero(generator.random(count) < rate[annotator]).tolist():
        other = (given[row] + generator.integers(1, labels)) % labels
        given[row] = habit[annotator[row]][given[row]] if generator.random() < 0.5 else other
    return Cell(cell.vectors, cell.true, given)


def copied_errors(cell: Cell, wrong: int, generator: np.random.Generator) -> Cell:
    """Near copies of one record with one wrong label; as many copies have a right one."""
    vectors, given = cell.vectors.copy(), cell.true.copy()
    free = np.ones(len(given), dtype=bool)
    for is_wrong in (True, False):
        left = wrong
        while left > 0:
            first = int(generator.choice(np.flatnonzero(free)))
            others = np.flatnonzero(free & (cell.true == cell.true[first]))
            copies = generator.permutation(others[others != first])[: min(COPIES, left) - 1]
            change = generator.normal(size=(len(copies), vectors.shape[1]))
            change *= generator.uniform(0.1, 0.35, (len(copies), 1)) / np.linalg.norm(change, axis=1, keepdims=True)
            moved = vectors[first] + change
            vectors[copies] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
            members = [first, *copies.tolist()]
            free[members] = False
            left -= len(members)
            if is_wrong:
                labels = cell.true.max() + 1
                given[members] = (cell.true[first] + generator.integers(1, labels)) % labels
    return Cell(vectors, cell.true, given)


STRUCTURES: dict[str, Callable[[Cell, int, np.random.Generator], Cell]] = {
    "random": random_errors,
    "pairs": pair_errors,
    "annotators": annotator_errors,
    "copies": copied_errors,
}


def out_of_fold(cell: Cell, inverse_penalty: float, steps: int, seed: int) -> Vectors:
    """Probabilities of a probe, every row in a group of its own."""
    labels = int(cell.true.max()) + 1
    names = [f"{code:04d}" for code in cell.given]
    folds = [assign_folds(names, [f"{row:06d}" for row in range(len(names))], seed)]
    rows = probe_rows(cell.vectors, labels, inverse_penalty=inverse_penalty)
    everything = np.ones(len(names), dtype=bool)
    return QuickProbes(rows, cell.given, labels, folds).probabilities(everything, steps)


def confused_partners(cell: Cell) -> dict[int, int]:
    """The partner of each label in the most confused pairs, which hold half of the rows."""
    found = out_of_fold(Cell(cell.vectors, cell.true, cell.true), 10.0, 20, 0)
    labels = found.shape[1]
    confusion = np.zeros((labels, labels))
    np.add.at(confusion, (cell.true, found.argmax(axis=1)), 1.0)
    np.add.at(confusion, cell.true, 1e-3 * found)
    confusion = np.triu(confusion + confusion.T, 1)
    size, held, partner = np.bincount(cell.true), 0, {}
    for place in np.argsort(-confusion, axis=None, kind="stable").tolist():
        one, other = divmod(place, labels)
        if one < other and one not in partner and other not in partner and held < len(cell.true) / 2:
            partner |= {one: other, other: one}
            held += size[one] + size[other]
    return partner


def peers(cell: Cell, seed: int) -> Iterator[tuple[str, Codes]]:
    """The rankings of others, most suspected first."""
    from cleanlab.filter import find_label_issues

    row = np.arange(len(cell.given))
    for penalty, (inverse, steps) in PENALTIES.items():
        found = out_of_fold(cell, inverse, steps, seed)
        own, others = found[row, cell.given], found.copy()
        others[row, cell.given] = -1
        by_own = np.argsort(own, kind="stable")
        yield f"self-confidence, {penalty}", by_own
        yield f"margin, {penalty}", np.argsort(own - others.max(axis=1), kind="stable")
        for score in ("self_confidence", "normalized_margin"):
            issues = find_label_issues(cell.given, found.astype(np.float64), return_indices_ranked_by=score, n_jobs=1)
            yield f"cleanlab {score}, {penalty}", np.concatenate([issues, by_own[~np.isin(by_own, issues)]])


def outcome(cell: Cell, seed: int) -> Outcome:
    """Precision, average precision, and what is estimated."""
    groups = [f"{row:06d}" for row in range(len(cell.given))]
    judged = judge_labels(cell.vectors, [f"{code:04d}" for code in cell.given], groups, seed=seed)
    place = [one.position for one in judged.ranked]
    rest = np.setdiff1d(np.arange(len(cell.given)), place)
    rankings = {"Winnow": np.concatenate([place, rest]).astype(np.int64), **dict(peers(cell, seed))}
    figures = {name: measured(ranking, cell.wrong) for name, ranking in rankings.items()}
    found = wrong_label_count(judged)
    wrong = int(cell.wrong.sum())
    first = [one.position for one in contradicted_labels(judged.ranked)[: judged.read_first]]
    share = float(cell.wrong[first].sum() / wrong)
    if isinstance(found.wrong, NotMeasured):
        covered, text = None, "not measured"
    else:
        one = found.wrong
        covered = one.low <= wrong <= one.high
        text = (
            f"{wrong} wrong, about {one.value:.0f} ({one.low:.0f} to {one.high:.0f}), first {len(first)}: {share:.0%}"
        )
    at, average = ({name: one[i] for name, one in figures.items()} for i in (0, 1))
    return Outcome(at, average, covered, share, text)


def report(found: list[Outcome], title: str) -> None:
    """Print the distance to the best peer of each cell, to each peer, and how often the interval holds."""
    print(f"\n{title}: {len(found)} cells; mean and worst distance in points of precision, and of average precision")
    names = [name for name in found[0].precision if name != "Winnow"]
    for name in ("the best peer of each cell", *names):
        gains = np.array([[_gain(figures, names, name) for figures in one[:2]] for one in found])
        columns = [f"{mean:+.1f}, {worst:+.1f}" for mean, worst in zip(gains.mean(0), gains.min(0), strict=True)]
        print(f"| {name} | {' | '.join(columns)} |")
    covered = [one.covered for one in found if one.covered is not None]
    print(f"interval holds the number of flips in {sum(covered)} of {len(covered)} cells", end="; ")
    print(f"the first suspects hold {np.mean([one.first_found for one in found]):.0%} of the flips", flush=True)


def _gain(figures: dict[str, float], names: list[str], name: str) -> float:
    """By how much Winnow is better than a peer, or than the best of all."""
    return figures["Winnow"] - (figures[name] if name in figures else max(figures[one] for one in names))


def main(names: list[str]) -> None:
    everything: dict[str, list[Outcome]] = defaultdict(list)
    for name in names or SETS:
        vectors, codes = rows_of(name)
        clean = Cell(vectors, codes, codes)
        print(f"\n{name}: {len(codes):,} rows, {codes.max() + 1} labels", flush=True)
        for seed in SEEDS:
            for structure, flip in STRUCTURES.items():
                for share in SHARES:
                    start = time.process_time()
                    cell = flip(clean, round(share * len(codes)), np.random.default_rng([seed, round(1000 * share)]))
                    one = outcome(cell, seed)
                    best = [max(v for peer, v in figures.items() if peer != "Winnow") for figures in one[:2]]
                    print(
                        f"{structure} {share:.0%} seed {seed}: Winnow {one.precision['Winnow']:.1f}, "
                        f"{one.average['Winnow']:.1f}; best peer {best[0]:.1f}, {best[1]:.1f}; {one.text}; "
                        f"{time.process_time() - start:.0f} s",
                        flush=True,
                    )
                    everything[name].append(one)
                    everything[structure].append(one)
        report(everything[name], name)
    for structure in STRUCTURES:
        report(everything[structure], structure)
    report([one for name in names or SETS for one in everything[name]], "all")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(sys.argv[1:])
