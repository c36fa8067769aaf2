"""Out-of-fold probabilities: each row is predicted by linear probes that did not see its group."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.hashing import stable_hash
from winnow.curation.engine.linear_probe import TOLERANCE, fit_probe
from winnow.curation.engine.vectors import Vectors

FOLDS = 5
"""A label with fewer groups than this cannot be scored: some fold's probe would hardly know it."""

FAST_FIT_TOLERANCE = 1e-3
"""A tolerance of fits that only rank: ten times the probe's own takes half the time and is as good
(docs/decisions/0016-label-errors.md)."""

RowIndices = NDArray[np.int64]


def assign_folds(labels: Sequence[str], groups: Sequence[str], seed: int, *, folds: int = FOLDS) -> RowIndices:
    """The fold of each of n rows, 0 to `folds` - 1. A group is in one fold, and every label is spread evenly.

    Label by label, rarest first, each group goes to the fold where its label has the fewest groups. Groups are ordered
    by a hash of the seed and their id, so the order of the rows does not matter.
    """
    labels_of: dict[str, set[str]] = defaultdict(set)
    for label, group in zip(labels, groups, strict=True):
        labels_of[group].add(label)
    count = groups_per_label(labels, groups)
    rank = {group: stable_hash(str(seed), group) for group in labels_of}
    rarest_label = {group: min(own, key=lambda label: (count[label], label)) for group, own in labels_of.items()}
    groups_in_fold: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(folds, dtype=np.int64))
    total = np.zeros(folds, dtype=np.int64)
    fold: dict[str, int] = {}
    for group in sorted(labels_of, key=lambda one: (count[rarest_label[one]], rarest_label[one], rank[one])):
        best = np.lexsort((total, groups_in_fold[rarest_label[group]]))[0]
        fold[group] = int(best)
        total[best] += 1
        for label in labels_of[group]:
            groups_in_fold[label][best] += 1
    return np.array([fold[group] for group in groups], dtype=np.int64)


def groups_per_label(labels: Sequence[str], groups: Sequence[str]) -> Counter[str]:
    """How many groups each label has."""
    return Counter(label for label, _ in set(zip(labels, groups, strict=True)))


class OutOfFoldProbabilities(NamedTuple):
    """Class probabilities of rows by probes that did not see them."""

    values: Vectors
    """(rows, labels)."""
    labels: list[str]
    """In the order of the columns."""


def out_of_fold_probabilities(
    vectors: Vectors,
    labels: Sequence[str],
    folds: Sequence[RowIndices],
    *,
    training_mask: NDArray[np.bool_] | None = None,
    tolerance: float = TOLERANCE,
) -> OutOfFoldProbabilities:
    """Class probabilities of rows by probes that did not see them, averaged over `folds`.

    Each of `folds` assigns the n rows to folds; a fold's rows are predicted by a probe on the others, of which only
    those in `training_mask` are used. A label that a probe never saw has probability 0. Raises ValueError when one fold
    holds all rows. Fits run in parallel with one thread each: on a busy machine a fit on two threads took seven times
    as long.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    names, codes = np.unique(labels, return_inverse=True)
    teaches = np.ones(len(codes), dtype=bool) if training_mask is None else training_mask

    def scored(task: tuple[RowIndices, int]) -> tuple[RowIndices, RowIndices, Vectors]:
        inside = task[0] == task[1]
        probe = fit_probe(vectors[~inside & teaches], names[codes[~inside & teaches]].tolist(), tolerance=tolerance)
        classes = np.searchsorted(names, probe.classes)
        return np.flatnonzero(inside), classes, probe.probabilities(vectors[inside])

    total = np.zeros((len(codes), len(names)), dtype=np.float32)
    tasks = [(fold, number) for fold in folds for number in np.unique(fold).tolist()]
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        for inside, classes, probabilities in pool.map(scored, tasks):
            total[np.ix_(inside, classes)] += probabilities
    total /= len(folds)
    return OutOfFoldProbabilities(total, names.tolist())
