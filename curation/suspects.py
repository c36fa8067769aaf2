"""Suspects: which labels of train records are probably wrong, for people to look at again. It decides nothing.

The linear probe says what it thinks of every record without having seen its family, several times over different folds,
and the nearest records of other families vote. The two together are a belief. The records whose given label is
believed less than another then teach nobody, and all is asked once more: a wrong label no longer speaks for the wrong
labels beside it. The score rests on both rounds: the second finds more where much is wrong, the first where little is.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.embed import Vectors
from curation.near import cosines, neighbours
from curation.probe import TOLERANCE, fit_probe

FOLDS = 5
"""A label with fewer families than this cannot be judged: some fold's probe might hardly know it."""
DEALINGS = 2
"""Times that the families are dealt into folds, the probabilities averaged. 3 took half as long again and found as much
(docs/decisions/0016-label-errors.md)."""
LOOSE = 1e-3
"""Tolerance of the fits: ten times the probe's own, in half the time, and as good here (the same note)."""
NEIGHBOURS = 20
"""Voters. Of 10, 20 and 40 none is best everywhere (the same note)."""
VOTE = 0.3
"""Share of the neighbours in the belief, of which the rest is the probe's (the same note)."""
FLOOR = 0.01
"""Added to every belief before logarithms are taken (the same note)."""
SET_ASIDE = 0.5
"""At most this share of a label's records is left out of the second round, so that no label vanishes."""
NEAREST = 3
"""Records of either label that a person is shown."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Suspect:
    """One record, and why its label is doubted. Positions are those of the rows that were given."""

    position: int
    score: float
    """Natural logarithm of how much more the proposed label is believed than the given one; above 0 it is more."""
    given: str
    proposed: str
    """The most believed of the other labels."""
    given_probability: float
    """Of the given label by probes that saw nothing of the record's family, averaged."""
    proposed_probability: float
    near_given: tuple[tuple[int, float], ...]
    """Position and cosine of the nearest records of the given label in other families, the nearest first."""
    near_proposed: tuple[tuple[int, float], ...]
    """The same of the proposed label."""


@dataclass(frozen=True)
class Suspicion:
    """Every record that could be judged, the most suspect first, and the labels that could not."""

    ranked: list[Suspect]
    unjudged: dict[str, int]
    """Labels that cannot be judged, by name, and how many families each has."""


@dataclass(frozen=True)
class _Rows:
    """The given rows in an order of their own, so that the order in which they came changes nothing."""

    vectors: Vectors
    codes: Rows
    """Of the labels, in alphabetical order."""
    families: Rows
    names: list[str]
    keys: list[str]
    """Family ids; `families` numbers them."""


def find_suspects(vectors: Vectors, labels: Sequence[str], families: Sequence[str], *, seed: int = 0) -> Suspicion:
    """Rank the records of (n, d) unit vectors with n labels and n family ids by how doubtful their label is.

    The same rows in another order give the same result for each. Records of a label with fewer than FOLDS families are
    learnt from and proposed, but not scored; with one label alone there is nothing to propose, and none is.
    Raises ValueError when the lengths differ.
    """
    if not len(vectors) == len(labels) == len(families):
        raise ValueError(f"{len(vectors)} vectors, {len(labels)} labels, {len(families)} families")
    held = _families_of(labels, families)
    judged = {label for label, count in held.items() if count >= FOLDS and len(held) > 1}
    unjudged = {label: held[label] for label in sorted(held) if label not in judged}
    if not judged:
        return Suspicion([], unjudged)
    order = sorted(range(len(labels)), key=lambda i: (families[i], labels[i], vectors[i].tobytes()))
    rows = _in_order(vectors, labels, families, order)
    can = np.isin(rows.codes, [rows.names.index(label) for label in judged])
    probe, belief = _believed(rows, can, seed)
    return Suspicion(_ranked(rows, np.flatnonzero(can), probe, belief, np.array(order)), unjudged)


def fold_of(labels: Sequence[str], families: Sequence[str], seed: int) -> Rows:
    """The fold of each of n rows, 0 to FOLDS - 1. All rows of a family are in one, and every label is spread evenly.

    Label by label, the rarest first, each family goes where its label has fewest families. Their order, and so the
    rest, is a hash of the seed and the family's id: it does not depend on the order of the rows.
    """
    labels_of: dict[str, set[str]] = defaultdict(set)
    for label, family in zip(labels, families, strict=True):
        labels_of[family].add(label)
    count = _families_of(labels, families)
    rank = {family: hashlib.sha256(f"{seed}\0{family}".encode()).digest() for family in labels_of}
    home = {family: min(own, key=lambda label: (count[label], label)) for family, own in labels_of.items()}
    filled: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(FOLDS, dtype=np.int64))
    total = np.zeros(FOLDS, dtype=np.int64)
    fold: dict[str, int] = {}
    for family in sorted(labels_of, key=lambda one: (count[home[one]], home[one], rank[one])):
        best = np.lexsort((total, filled[home[family]]))[0]
        fold[family] = int(best)
        total[best] += 1
        for label in labels_of[family]:
            filled[label][best] += 1
    return np.array([fold[family] for family in families], dtype=np.int64)


def _families_of(labels: Sequence[str], families: Sequence[str]) -> Counter[str]:
    """How many families each label has."""
    return Counter(label for label, _ in set(zip(labels, families, strict=True)))


def _in_order(vectors: Vectors, labels: Sequence[str], families: Sequence[str], order: list[int]) -> _Rows:
    names, codes = np.unique([labels[i] for i in order], return_inverse=True)
    keys = [families[i] for i in order]
    return _Rows(vectors[order], codes, np.unique(keys, return_inverse=True)[1], names.tolist(), keys)


def out_of_fold(
    vectors: Vectors,
    labels: Sequence[str],
    folds: Sequence[Rows],
    *,
    kept: NDArray[np.bool_] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[Vectors, list[str]]:
    """What probes think of rows that they have not seen: (n, labels), averaged over the dealings, and the labels.

    Each of `folds` deals the n rows into folds; a fold's rows are judged by the probe of the others, of which only
    `kept` ones teach. A label that a probe never saw has probability 0. Raises ValueError when a fold is all there is.
    Fits run beside each other on one thread each: on a busy machine a fit on two threads took seven times as long.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    names, codes = np.unique(labels, return_inverse=True)
    taught = np.ones(len(codes), dtype=bool) if kept is None else kept

    def judged(task: tuple[Rows, int]) -> tuple[Rows, Rows, Vectors]:
        inside = task[0] == task[1]
        probe = fit_probe(vectors[~inside & taught], names[codes[~inside & taught]].tolist(), tolerance=tolerance)
        classes = np.searchsorted(names, probe.classes)
        return np.flatnonzero(inside), classes, probe.probabilities(vectors[inside])

    total = np.zeros((len(codes), len(names)), dtype=np.float32)
    tasks = [(fold, number) for fold in folds for number in np.unique(fold).tolist()]
    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        for inside, classes, probabilities in pool.map(judged, tasks):
            total[np.ix_(inside, classes)] += probabilities
    total /= len(folds)
    return total, names.tolist()


def _believed(rows: _Rows, can: NDArray[np.bool_], seed: int) -> tuple[Vectors, Vectors]:
    """The probe's probabilities and the logarithms of belief, each (n, labels), averaged over both rounds."""
    labels = [rows.names[code] for code in rows.codes]
    folds = [fold_of(labels, rows.keys, seed * DEALINGS + i) for i in range(DEALINGS)]
    near = neighbours(rows.vectors, NEIGHBOURS, rows.families)
    kept = np.ones(len(labels), dtype=bool)
    probe, _ = out_of_fold(rows.vectors, labels, folds, tolerance=LOOSE)
    belief = _log_belief(probe, _vote(rows, near, kept))
    kept = ~_set_aside(_doubt(belief, rows.codes)[0], rows.codes, can)
    again, _ = out_of_fold(rows.vectors, labels, folds, kept=kept, tolerance=LOOSE)
    probe += again
    belief += _log_belief(again, _vote(rows, near, kept))
    return probe / np.float32(2), belief / np.float32(2)


def _vote(rows: _Rows, near: tuple[Rows, NDArray[np.float32]], kept: NDArray[np.bool_]) -> Vectors:
    """Shape (n, labels): each label's share of the `kept` neighbours, weighted by squared cosine; 0 where none is."""
    index, similarity = near
    weight = np.clip(similarity, 0, None) ** 2 * kept[index]
    vote = np.zeros((len(index), len(rows.names)), dtype=np.float32)
    np.add.at(vote, (np.arange(len(index))[:, None], rows.codes[index]), weight)
    vote /= np.maximum(vote.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return vote


def _log_belief(probe: Vectors, vote: Vectors) -> Vectors:
    """Logarithm of the mixed belief: its difference between two labels is their log-odds.

    The floor keeps a ratio of two negligible numbers from looking like evidence. With none the difference is the
    log-odds themselves, with a large one it orders rows as the normalized margin of confident learning does
    (Northcutt, Jiang and Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels).
    """
    logarithm: Vectors = np.log(np.float32(1 - VOTE) * probe + np.float32(VOTE) * vote + np.float32(FLOOR))
    return logarithm


def _doubt(belief: Vectors, codes: Rows) -> tuple[Vectors, Rows]:
    """The score of every row from logarithms of belief, and the label most believed beside the given one."""
    row = np.arange(len(codes))
    others = belief.copy()
    others[row, codes] = -np.inf
    best = others.argmax(axis=1)
    return belief[row, best] - belief[row, codes], best


def _set_aside(score: Vectors, codes: Rows, can: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rows that the second round leaves out: doubted, judgeable and in the doubtful half of their label."""
    order = np.lexsort((-score, codes))
    size = np.bincount(codes)
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - (np.cumsum(size) - size)[codes[order]]
    return can & (score > 0) & (rank < (SET_ASIDE * size[codes]).astype(np.int64))


def _ranked(rows: _Rows, judged: Rows, probe: Vectors, belief: Vectors, order: Rows) -> list[Suspect]:
    """The judged rows as suspects, the most doubtful first, of equally doubtful ones by family."""
    score, best = _doubt(belief, rows.codes)
    members = [np.flatnonzero(rows.codes == code) for code in range(len(rows.names))]
    grouped = [rows.vectors[these] for these in members]

    def nearest(row: int, code: int) -> tuple[tuple[int, float], ...]:
        cosine = grouped[code] @ rows.vectors[row]
        ranked = members[code][np.argsort(-cosine, kind="stable")]
        shown = ranked[rows.families[ranked] != rows.families[row]][:NEAREST]
        similarity = cosines(rows.vectors[[row] * len(shown)], rows.vectors[shown])
        return tuple(zip(order[shown].tolist(), similarity.tolist(), strict=True))

    def suspect(row: int) -> Suspect:
        given, proposed = int(rows.codes[row]), int(best[row])
        return Suspect(
            int(order[row]),
            float(score[row]),
            rows.names[given],
            rows.names[proposed],
            float(probe[row, given]),
            float(probe[row, proposed]),
            nearest(row, given),
            nearest(row, proposed),
        )

    return [suspect(row) for row in judged[np.argsort(-score[judged], kind="stable")].tolist()]
