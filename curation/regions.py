"""Regions: like queries found together, without being told how many kinds there are.

Average linkage on cosine seen from the centre of train, cut where the looser labels of train would still hold together:
what is one topic is read off the labels that people made (docs/decisions/0009-coverage.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.embed import Vectors
from validators.facets import WORD

if TYPE_CHECKING:
    import pandas as pd

CUT = 0.40
"""The cut when train has too few labels to measure one; 0.38 is measured on CLINC150, 0.41 on BANKING77."""
CUT_BOUNDS = (0.30, 0.50)
"""Against a train of near-copies (too tight a cut) or of mixed labels (too loose a one)."""
LOOSE_LABEL = 25.0
"""The percentile of train's labels, by how well they hold together, that a region must match."""
MIN_ROWS, MIN_LABELS = 5, 8
"""Rows of a label, and labels, from which on the cut is measured."""
SMALLEST = 5
"""Records of a region."""
LINKED = 6000
"""Linkage is quadratic: so many are linked at a time (about 0.5 GiB), the rest are attached, or linked later."""
WORDS = 3
EXAMPLES = 8
TYPICAL_SHARE = 0.15
"""A word that names a region stands in at least this share of its queries."""


@dataclass(frozen=True)
class Example:
    """A query of a region."""

    id: str
    text: str
    weight: int


@dataclass(frozen=True)
class Region:
    """One kind of query that train lacks."""

    id: str
    words: list[str]
    """Typical words, the most telling first."""
    queries: int
    """How often its records were seen."""
    record_ids: list[str]
    examples: list[Example]
    """The most central records first."""
    nearest_label: str
    """The label of most of its records' nearest train records."""
    similarity: float
    """Median cosine of its records to their nearest train record."""
    synthetic_share: float
    """Share of its records that a synthetic train record, and no other, is near."""

    @property
    def records(self) -> int:
        """How many records it has."""
        return len(self.record_ids)

    @property
    def synthetic_only(self) -> bool:
        """Whether what train has of it is mostly what a machine wrote."""
        return self.synthetic_share >= 0.5


@dataclass(frozen=True)
class Space:
    """How train sees the world: its centre, and how alike the records of one topic are."""

    centre: Vectors
    cut: float

    def placed(self, vectors: Vectors) -> Vectors:
        """Unit vectors as seen from the centre."""
        moved = vectors - self.centre
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def fit_space(train: Vectors, labels: Sequence[str]) -> Space:
    """The centre of (n, d) train vectors and the cut that their labels ask for. The fallback, no topic, stays out."""
    centre = train.mean(axis=0) if len(train) else np.float32(0)
    space = Space(np.asarray(centre, dtype=np.float32), CUT)
    names, codes, counts = np.unique(np.array(labels, dtype=str), return_inverse=True, return_counts=True)
    n = counts[counts >= MIN_ROWS]
    if len(n) < MIN_LABELS:
        return space
    sums = np.zeros((len(names), train.shape[1]), dtype=np.float32)
    np.add.at(sums, codes, space.placed(train))
    cohesion = (np.square(sums[counts >= MIN_ROWS]).sum(axis=1) - n) / (n * (n - 1))
    return Space(space.centre, float(np.clip(np.percentile(cohesion, LOOSE_LABEL), *CUT_BOUNDS)))


def cluster(vectors: Vectors, space: Space) -> NDArray[np.int64]:
    """A region for each of (n, d) vectors, -1 for none; region 0 is the largest. Equal input gives equal output."""
    from scipy.cluster.hierarchy import fcluster, linkage

    placed = space.placed(vectors)
    found = np.full(len(placed), -1, dtype=np.int64)
    order = np.random.default_rng(0).permutation(len(placed)) if len(placed) > LINKED else np.arange(len(placed))
    while len(order) >= SMALLEST:
        linked, known = order[:LINKED], int(found.max()) + 1
        flat = fcluster(linkage(_distances(placed[linked]), "average"), 1 - space.cut, "distance") - 1
        large = np.bincount(flat) >= SMALLEST
        found[linked] = np.where(large, known + np.cumsum(large) - 1, -1)[flat]
        if large.any():
            means = np.stack([placed[found == k].mean(axis=0) for k in range(known, known + int(large.sum()))])
            loose = order[found[order] < 0]
            cosines = placed[loose] @ means.T  # with a mean of unit vectors: the mean cosine to its members
            near = cosines.max(axis=1) >= space.cut
            found[loose[near]] = known + cosines[near].argmax(axis=1)
        order = order[LINKED:][found[order[LINKED:]] < 0]
    return _by_size(found)


def find_regions(
    queries: pd.DataFrame, vectors: Vectors, space: Space, common: Mapping[str, int], texts: int
) -> list[Region]:
    """The regions of a table of queries, the most asked first.

    `queries` has `id`, `text`, `weight`, and of each one's nearest train record the label `nearest`, the cosine
    `similarity` and whether it is `synthetic_only`. `common` counts in how many of all `texts` a word stands.
    """
    if queries.empty:
        return []
    found = cluster(vectors, space)
    placed = space.placed(vectors)
    regions = []
    for number in range(int(found.max()) + 1):
        rows = np.flatnonzero(found == number)
        inside = queries.iloc[rows]
        central = np.argsort(-(placed[rows] @ placed[rows].mean(axis=0)), kind="stable")[:EXAMPLES]
        shown = inside.iloc[central][["id", "text", "weight"]].itertuples(index=False, name=None)
        nearest = Counter(inside["nearest"])
        regions.append(
            Region(
                id="",
                words=typical_words(list(inside["text"]), common, texts),
                queries=int(inside["weight"].sum()),
                record_ids=list(inside["id"]),
                examples=[Example(identity, text, int(weight)) for identity, text, weight in shown],
                nearest_label=min(nearest, key=lambda label: (-nearest[label], label)),
                similarity=round(float(inside["similarity"].median()), 4),
                synthetic_share=round(float(inside["synthetic_only"].mean()), 4),
            )
        )
    regions.sort(key=lambda one: (-one.queries, one.record_ids[0]))
    return [replace(one, id=f"r{number}") for number, one in enumerate(regions, 1)]


def words_of(text: str) -> set[str]:
    """The different words of a text, folded."""
    return {word for word in WORD.findall(text.casefold()) if len(word) > 2}


def typical_words(texts: Sequence[str], common: Mapping[str, int], everywhere: int) -> list[str]:
    """Words that stand in many of these texts and in few of all: share here times log(all / those with the word).

    That is tf-idf over classes (c-TF-IDF, Grootendorst 2022, "BERTopic") with texts in place of word counts.
    """
    counts = Counter(word for text in texts for word in words_of(text))
    score = {
        word: count / len(texts) * math.log((everywhere + 1) / (min(common.get(word, 0), everywhere) + 1))
        for word, count in counts.items()
        if count >= max(2, TYPICAL_SHARE * len(texts))
    }
    return sorted((word for word in score if score[word] > 0), key=lambda word: (-score[word], word))[:WORDS]


def _by_size(found: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes = np.bincount(found[found >= 0])
    if not len(sizes):
        return found
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.where(found >= 0, rank[found], -1)


def _distances(placed: Vectors) -> NDArray[np.float64]:
    """Cosine distances in scipy's condensed order."""
    rows = [1 - placed[i + 1 :] @ placed[i] for i in range(len(placed) - 1)]
    return np.clip(np.concatenate(rows).astype(np.float64), 0, 2)
