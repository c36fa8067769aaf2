"""A learning curve of labeled records: out-of-fold answers of quick probes on half and on all of the other records."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.out_of_fold import FOLDS, RowIndices, assign_folds
from winnow.curation.engine.quick_probe import ProbeRows, fit_steps, probe_rows
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.expected_gain import CurvePoints

REPEATS = 2
"""Divisions into folds, over which answers are averaged."""

STEPS = 10
"""Steps of each fit."""

MAX_RECORDS = 4_000
"""Of more records, so many are drawn at random: next to them, the next labels buy little."""


@dataclass(frozen=True)
class OutOfFoldCurve:
    """The curve, and what the models with most labels answered."""

    points: CurvePoints
    given: list[str]
    """The labels of the records."""
    answered: list[str]
    """What the models of the first division answered that had most labels."""


class _Fit(NamedTuple):
    inside: NDArray[np.bool_]
    half: RowIndices
    whole: RowIndices


def out_of_fold_curve(
    vectors: Vectors, labels: Sequence[str], groups: Sequence[str], *, seed: int = 0
) -> OutOfFoldCurve | None:
    """The curve of (n, d) unit vectors with n labels and n group ids; None with one label, or fewer groups than folds.

    The order of the rows does not matter. A group is in one fold.
    """
    if len(set(labels)) < 2 or len(set(groups)) < FOLDS:
        return None
    order = sorted(range(len(labels)), key=lambda i: (groups[i], labels[i], vectors[i].tobytes()))
    generator = np.random.default_rng(seed)
    rows = generator.permutation(order)[:MAX_RECORDS]
    names, codes = np.unique([labels[i] for i in rows], return_inverse=True)
    own_groups, given = [groups[i] for i in rows], [labels[i] for i in rows]
    if len(names) < 2 or len(set(own_groups)) < FOLDS:
        return None
    design = probe_rows(vectors[rows], len(names))
    half, whole = np.zeros(len(rows)), np.zeros(len(rows))
    answered = np.zeros(len(rows), dtype=np.int64)
    for repeat in range(REPEATS):
        folds = assign_folds(given, own_groups, seed * REPEATS + repeat)
        for fit in _fits(design, codes, folds, generator.permutation(len(rows))):
            half[fit.inside] += fit.half == codes[fit.inside]
            whole[fit.inside] += fit.whole == codes[fit.inside]
            answered[fit.inside] = fit.whole if repeat == 0 else answered[fit.inside]
    points = CurvePoints((FOLDS - 1) / FOLDS * len(rows), half / REPEATS, whole / REPEATS)
    return OutOfFoldCurve(points, given, names[answered].tolist())


def _fits(rows: ProbeRows, codes: RowIndices, folds: RowIndices, order: RowIndices) -> list[_Fit]:
    """What probes answer for each fold that they did not see; half of the others are the first ones in `order`.

    They run in parallel with one thread each.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    def fitted(fold: int) -> _Fit:
        inside = folds == fold
        others = order[~inside[order]]
        half, whole = (_answers(rows, codes, some, inside) for some in (others[: len(others) // 2], others))
        return _Fit(inside, half, whole)

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(fitted, np.unique(folds).tolist()))


def _answers(rows: ProbeRows, codes: RowIndices, seen: RowIndices, asked: NDArray[np.bool_]) -> RowIndices:
    """The most probable class of the rows in `asked`, by a probe on the rows `seen`."""
    start = np.zeros((rows.design.shape[1], int(codes.max()) + 1), dtype=np.float32)
    weights = fit_steps(rows._replace(design=rows.design[seen]), codes[seen], start, STEPS)
    answers: RowIndices = (rows.design[asked] @ weights).argmax(axis=1)
    return answers
