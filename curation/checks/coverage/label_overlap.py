"""Pairs of labels whose records are each other's nearest neighbors, with what to do about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.counted import counted
from winnow.core.overlap_advice import OverlapAdvice
from winnow.curation.checks.label_signal import MIN_LABEL_RECORDS
from winnow.curation.engine.exact_search import nearest_outside_group
from winnow.curation.engine.vectors import Vectors

NEIGHBORS = 3
"""Of 1, 3, 5, 10 and 20 the best compromise over three datasets for ranking pairs as a cross-validated linear model
confuses them (docs/decisions/0009-coverage.md)."""

MERGE_SHARE = 0.30
"""If this share of both labels has its nearest record in the other, wording does not separate them."""

MIN_SHOWN_SCORE = 0.05
"""Any two labels may overlap less than this: such a pair is counted but not shown."""

ONE_SIDED_SHARE = 0.10
"""Below this share, a label does not extend into the other."""

SHOWN_PAIRS = 5
"""Nearest pairs of records kept for each pair of labels."""


@dataclass(frozen=True)
class NearestPair:
    """Two records of different labels that are near each other."""

    left: str
    right: str
    """Ids."""
    similarity: float


@dataclass(frozen=True)
class LabelOverlap:
    """Two labels that share a neighborhood."""

    labels: tuple[str, str]
    score: float
    """Mean share of the NEIGHBORS nearest records of one label that are of the other, over both directions."""
    shares: tuple[float, float]
    """Share of the first label's records whose nearest record is of the second, and the reverse."""
    pairs: list[NearestPair]
    """The nearest pairs with one record of each label."""
    advice: OverlapAdvice
    why: str


def label_overlaps(
    ids: Sequence[str],
    labels: Sequence[str],
    vectors: Vectors,
    groups: NDArray[np.int64],
    *,
    fixed_labels: bool = False,
) -> list[LabelOverlap]:
    """Every pair of labels with neighbors in each other, the most overlapping first, those too small to judge last.

    `ids`, `labels`, (n, d) unit `vectors` and numbered `groups` are those of n train records. Members of one group
    do not count as neighbors: a contrastive pair is near on purpose. `fixed_labels` follow from the content: nobody can
    merge or redefine them, and contrastive pairs are always the advice.
    """
    names, codes = np.unique(np.array(labels, dtype=str), return_inverse=True)
    if len(names) < 2:
        return []
    index, similarity = nearest_outside_group(vectors, NEIGHBORS, groups)
    n, k = index.shape
    rows = np.repeat(np.arange(n), k)[index.ravel() >= 0]
    others, cosines = index.ravel()[index.ravel() >= 0], similarity.ravel()[index.ravel() >= 0]
    size = np.bincount(codes, minlength=len(names))
    links, nearest = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    np.add.at(links, (codes[rows], codes[others]), 1 / k)
    first = index[:, 0] >= 0
    np.add.at(nearest, (codes[first], codes[index[first, 0]]), 1)
    score = (links / size[:, None] + (links / size[:, None]).T) / 2
    share = nearest / size[:, None]
    left, right = np.nonzero(np.triu(score, 1))
    too_few = np.minimum(size[left], size[right]) < MIN_LABEL_RECORDS
    order = np.lexsort((right, left, -score[left, right], too_few))
    nearest_pairs = _nearest_pairs_by_labels(rows, others, cosines, codes)
    return [
        _label_overlap(
            (str(names[a]), str(names[b])),
            float(score[a, b]),
            (float(share[a, b]), float(share[b, a])),
            [NearestPair(ids[i], ids[j], round(c, 4)) for c, i, j in nearest_pairs[int(a), int(b)]],
            fixed_labels=fixed_labels,
            records=(int(size[a]), int(size[b])),
        )
        for a, b in zip(left[order], right[order], strict=True)
    ]


def _nearest_pairs_by_labels(
    rows: NDArray[np.int64], others: NDArray[np.int64], cosines: NDArray[np.float32], codes: NDArray[np.int64]
) -> dict[tuple[int, int], list[tuple[float, int, int]]]:
    """The nearest pairs of every two labels, as cosine and positions, the first label's record first."""
    found: dict[tuple[int, int], dict[tuple[int, int], float]] = {}
    crossing = codes[rows] != codes[others]
    for i, j, cosine in zip(
        rows[crossing].tolist(), others[crossing].tolist(), cosines[crossing].tolist(), strict=True
    ):
        a, b = (i, j) if codes[i] < codes[j] else (j, i)
        found.setdefault((int(codes[a]), int(codes[b])), {})[a, b] = cosine
    return {
        pair: sorted(((c, i, j) for (i, j), c in near.items()), key=lambda t: (-t[0], t[1], t[2]))[:SHOWN_PAIRS]
        for pair, near in found.items()
    }


def _label_overlap(
    labels: tuple[str, str],
    score: float,
    shares: tuple[float, float],
    pairs: list[NearestPair],
    *,
    fixed_labels: bool,
    records: tuple[int, int],
) -> LabelOverlap:
    first, second = labels
    if min(records) < MIN_LABEL_RECORDS:
        small = labels[records.index(min(records))]
        advice = OverlapAdvice.NOT_MEASURED
        why = f"{small} has {counted(min(records), 'train record')}, and fewer than {MIN_LABEL_RECORDS} show no overlap"
    elif fixed_labels:
        advice = OverlapAdvice.CONTRAST
        why = (
            f"the nearest record of {shares[0]:.0%} of {first} is one of {second}, and of {shares[1]:.0%} the reverse; "
            "contrastive pairs teach the boundary"
        )
    elif min(shares) >= MERGE_SHARE:
        advice = OverlapAdvice.MERGE
        why = f"{shares[0]:.0%} of {first} and {shares[1]:.0%} of {second} have their nearest record in the other"
    elif max(shares) >= MERGE_SHARE or (max(shares) >= 2 * ONE_SIDED_SHARE and min(shares) < ONE_SIDED_SHARE):
        inner, outer = (first, second) if shares[0] > shares[1] else (second, first)
        advice = OverlapAdvice.SHARPEN
        why = (
            f"{max(shares):.0%} of {inner} is nearest to {outer}, {min(shares):.0%} the reverse: "
            f"define where {inner} ends"
        )
    else:
        advice = OverlapAdvice.CONTRAST
        why = "most records are separated; contrastive pairs would teach the boundary"
    return LabelOverlap(labels, round(score, 4), (round(shares[0], 4), round(shares[1], 4)), pairs, advice, why)
