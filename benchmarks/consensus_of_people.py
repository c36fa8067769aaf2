"""Consensus without a model on simulated people of many kinds, against the majority and Dawid–Skene.

Run by `python -m benchmarks.consensus_of_people`; `… 2 50` prints only the cells with 2 and 50 classes, `… crowd` one
with 2 classes, 10,000 records, 176 people and 3 answers, `… unseen` sizes that nothing was chosen on. For each cell:
accuracy, its difference from the majority with ties by a fair coin and from Dawid–Skene (paired over records, intervals
corrected for the number of cells), what is called settled at 0.9 and how much of it is right, and calibration.
"""

from __future__ import annotations

import itertools
import sys
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_people import KINDS, Answered, Cell, simulate
from winnow.curation.annotations.answer_list import AnswerList
from winnow.curation.annotations.consensus import find_consensus_of_matrix
from winnow.curation.annotations.response_matrix import ResponseMatrix
from winnow.training.evaluation.calibration import calibration_error

SEEDS = 5

SIZES = ((2, 300, 5, 3), (2, 2000, 176, 3), (4, 800, 10, 3), (10, 600, 5, 2), (50, 1000, 12, 3), (150, 1500, 8, 3))
"""Classes, records, people and answers to a record."""

SMALL = ((2, 150, 3, 2), (3, 150, 4, 3), (20, 150, 3, 2), (150, 300, 5, 3))

UNSEEN = ((2, 900, 9, 4), (3, 1200, 40, 5), (5, 700, 15, 3), (25, 900, 20, 2))
"""Sizes that nothing was chosen on."""

SKILLS = ((0.6, 0.95), (0.85, 0.97), (0.55, 0.75))

SETTLED = 0.9

SMOOTHING, STEPS = 0.01, 25


def cells() -> list[Cell]:
    """Every size with every kind of people; the skilled ones also with other skills, and imbalanced."""
    found = [Cell(*size, kind=kind) for size, kind in itertools.product((*SIZES, *SMALL), KINDS)]
    found += [Cell(*size, skills=skills) for size, skills in itertools.product((*SIZES, *SMALL), SKILLS[1:])]
    found += [Cell(*size, imbalance=2.0) for size in (*SIZES, *SMALL)]
    return found + [Cell(3, 3000, 6, answers) for answers in (1, 5)]


class Judged(NamedTuple):
    """One way to find the consensus of one draw, by record."""

    right: NDArray[np.float64]
    """How probable it is that the label is right: a half for a tie of two."""
    sure: NDArray[np.float64]


def majority(answered: Answered) -> Judged:
    counts = counts_of(answered)
    most = counts == counts.max(axis=1, keepdims=True)
    rows = np.arange(len(counts))
    return Judged(most[rows, answered.truth] / most.sum(axis=1), counts.max(axis=1) / counts.sum(axis=1))


def counts_of(answered: Answered) -> NDArray[np.int64]:
    classes = int(max(answered.codes.max(), answered.truth.max())) + 1
    counts = np.zeros((len(answered.truth), classes), dtype=np.int64)
    rows, people = np.nonzero(answered.codes >= 0)
    np.add.at(counts, (rows, answered.codes[rows, people]), 1)
    return counts


def dawid_skene(answered: Answered) -> Judged:
    """Dawid and Skene (1979): a confusion matrix per person, initialized with the votes."""
    answers = AnswerList.of(matrix_of(answered))
    believed = counts_of(answered)[:, : answers.classes].astype(np.float64)
    believed /= believed.sum(axis=1, keepdims=True)
    for _ in range(STEPS):
        own = believed[answers.record]
        rows = (answers.by_habit @ own)[answers.habits] + SMOOTHING
        rows /= (answers.by_annotator @ own)[answers.annotator] + SMOOTHING * answers.classes
        logs = np.log(believed.mean(axis=0) + 1e-12) + answers.by_record @ np.log(rows)
        believed = np.exp(logs - logs.max(axis=1, keepdims=True))
        believed /= believed.sum(axis=1, keepdims=True)
    return Judged((believed.argmax(axis=1) == answered.truth).astype(np.float64), believed.max(axis=1))


def winnow(answered: Answered) -> Judged:
    found = find_consensus_of_matrix(matrix_of(answered)).records
    right = [float(one.label == f"{truth:03}") for one, truth in zip(found, answered.truth, strict=True)]
    sure = [one.confidence if isinstance(one.confidence, float) else np.nan for one in found]
    return Judged(np.array(right), np.array(sure))


def matrix_of(answered: Answered) -> ResponseMatrix:
    records, people = answered.codes.shape
    labels = [f"{label:03}" for label in range(int(answered.codes.max()) + 1)]
    return ResponseMatrix(
        [f"{row:06}" for row in range(records)], [f"{who:04}" for who in range(people)], labels, answered.codes
    )


def difference(one: list[Judged], other: list[Judged], tests: int) -> str:
    """The mean paired difference in points, with a Bonferroni-corrected 95 % interval."""
    found = np.concatenate([a.right - b.right for a, b in zip(one, other, strict=True)])
    half = NormalDist().inv_cdf(1 - 0.025 / tests) * found.std() / np.sqrt(len(found))
    mark = " **below**" if found.mean() + half < 0 else ""
    return f"{100 * found.mean():+.1f} ({100 * (found.mean() - half):+.1f} to {100 * (found.mean() + half):+.1f}){mark}"


def calibration(judged: list[Judged]) -> tuple[float, float]:
    right = np.concatenate([one.right for one in judged])
    sure = np.concatenate([one.sure for one in judged])
    known = ~np.isnan(sure)
    if not known.any():
        return float("nan"), float("nan")
    return calibration_error(sure[known], right[known]), float(((sure - right)[known] ** 2).mean())


def main() -> None:
    chosen = [one for one in cells() if not sys.argv[1:] or str(one.classes) in sys.argv[1:]]
    if "unseen" in sys.argv[1:]:
        chosen = [Cell(*size, kind=kind) for size, kind in itertools.product(UNSEEN, KINDS)]
    chosen = [Cell(2, 10_000, 176, 3)] if "crowd" in sys.argv[1:] else chosen
    print("| classes, records, people, answers | people | majority | Dawid–Skene | Winnow | less majority | less D–S |")
    print("settled at 0.9 | of these right | ECE | Brier |")
    settled_right, settled = 0.0, 0
    for cell in chosen:
        every = [simulate(cell, seed) for seed in range(SEEDS)]
        ours, votes, peers = ([judge(one) for one in every] for judge in (winnow, majority, dawid_skene))
        right, sure = np.concatenate([one.right for one in ours]), np.concatenate([one.sure for one in ours])
        called = sure >= SETTLED
        settled, settled_right = settled + int(called.sum()), settled_right + float(right[called].sum())
        ece, brier = calibration(ours)
        means = [f"{np.mean([one.right.mean() for one in judged]):.3f}" for judged in (votes, peers, ours)]
        people = f"{cell.kind} {cell.skills[0]}–{cell.skills[1]}" + (", imbalanced" if cell.imbalance else "")
        share = f"{called.mean():.0%} | {right[called].mean():.3f}" if called.any() else "0% | –"
        sizes = f"{cell.classes}, {cell.records}, {cell.people}, {cell.answers}"
        against = [difference(ours, other, len(cells())) for other in (votes, peers)]
        print(
            f"| {sizes} | {people} | {' | '.join((*means, *against))} | {share} | {ece:.3f} | {brier:.3f} |", flush=True
        )
    print(f"\nSettled at {SETTLED}: {settled:,}, of which {settled_right / max(settled, 1):.4f} are right.")


if __name__ == "__main__":
    main()
