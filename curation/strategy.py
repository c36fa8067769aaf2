"""Strategies: which unlabeled queries people should label next.

One idea carries `diverse` and `mixed`. A label speaks for the queries around it, the less the farther they are. A batch
is worth what it adds to how well every query of the pool is spoken for; the best next query is bought again and again.
In a crowd one label speaks for many, at an outlier for none, and next to a known query for nobody new. `mixed` counts a
query the more, the less sure the probe is of it: with no probe it is `diverse`, and as the probe learns, it spends
where the probe still doubts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from curation.embed import Vectors
from curation.near import TIE
from curation.probe import Probe

Strategy = Literal["random", "uncertainty", "diverse", "mixed"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)

SHARPNESS = 5.0
"""How fast a label's voice fades: to exp(-SHARPNESS) at the pool's mean squared distance. Between 3 and 8 little
changes (docs/decisions/0013-strategies.md)."""
EMPHASIS = 2
"""The power of doubt that `mixed` weighs a query by: 1 needs more labels to 85 % of full accuracy, 3 and 4
differ by less than seeds do (the same note)."""
AUDIENCE = 8192
"""Queries that stand for a larger pool when the worth of a label is measured: half of it costs 3 to 18 % more labels
(the same note)."""
CANDIDATES = 16_384
"""Queries of a larger pool that are looked at first; the others when these do not suffice."""
AT_ONCE = 1024
"""Rows that are multiplied out together: their voices take 32 MiB."""
LOOK = 64
"""Candidates whose worth is brought up to date together."""
ROUNDING = 1e-5
"""Worths in float32 that differ by less, relatively, may be the same."""
LEAST_SPREAD = 1e-3
"""So that a pool of one query, or of copies, has a width."""
LEAST_DOUBT = 1e-6
"""So that a probe that is sure of everything still leaves an order."""


@dataclass(frozen=True)
class Pool:
    """Queries that may be labeled next, and what is known already."""

    vectors: Vectors
    """Shape (n, d), of the candidates."""
    order: NDArray[np.int64]
    """Shape (n,): a random rank of each candidate. `random` follows it, and ties fall by it elsewhere."""
    eligible: NDArray[np.bool_]
    """Shape (n,): what strategies other than random may take, and look at: the train reserve."""
    weight: NDArray[np.float64]
    """Shape (n,): how often each query was seen, at least 1."""
    known: Vectors
    """Shape (m, d), of what is labeled, or waits in a queue already."""
    worth: NDArray[np.float64] | None = None
    """Shape (n,): what a label of each candidate is worth to whoever asks; `diverse` and `mixed` weigh queries by it
    too. None: all alike."""


def choose(strategy: Strategy, pool: Pool, count: int, *, near: float, probe: Probe | None) -> list[int]:
    """Positions of at most `count` candidates, in the order of choice; fewer where there are no more.

    No two of them have a cosine of `near` or more, nor, but for random, one of them and a known query. `probe` is None
    when there are fewer than two labels: uncertainty is then diverse.
    """
    ranked = np.argsort(pool.order, kind="stable")
    if strategy != "random":
        ranked = ranked[pool.eligible[ranked]]
    vectors, weight = pool.vectors[ranked], frequency_weight(pool.weight[ranked])
    if strategy == "random":
        chosen = _in_turn(vectors, pool.known[:0], count, near)
    elif strategy == "uncertainty" and probe is not None:
        ranked = ranked[np.argsort(-weight * doubt(probe, vectors), kind="stable")]
        chosen = _in_turn(pool.vectors[ranked], pool.known, count, near)
    else:
        if pool.worth is not None:
            weight = weight * np.maximum(pool.worth[ranked], LEAST_DOUBT)
        if strategy == "mixed" and probe is not None:
            weight = weight * doubt(probe, vectors) ** EMPHASIS
        chosen = _most_worth(vectors, weight, pool.known, count, near)
    return [int(position) for position in ranked[chosen]]


def frequency_weight(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 + ln(times seen): 1, 3.3 and 5.6 for 1, 10 and 100.

    Sublinear, as term frequencies are in retrieval (Manning, Raghavan and Schütze 2008, section 6.4.1): traffic counts,
    and no single query asked all day outweighs a topic.
    """
    return 1.0 + np.log(seen)


def doubt(probe: Probe, vectors: Vectors) -> NDArray[np.float64]:
    """One minus the margin between the two likeliest classes, shape (n,) (Scheffer, Decomain and Wrobel 2001)."""
    result = np.ones(len(vectors))
    for rows in _blocks(len(vectors) if len(probe.classes) > 1 else 0):
        top = np.partition(probe.probabilities(vectors[rows]), -2, axis=1)
        result[rows] = np.maximum(1.0 - (top[:, -1] - top[:, -2]), LEAST_DOUBT)
    return result


def _in_turn(vectors: Vectors, known: Vectors, count: int, near: float) -> list[int]:
    """The first `count` rows of which none is near to one before it, nor to a known one."""
    chosen: list[int] = []
    for rows in _blocks(len(vectors), LOOK):
        apart = _apart(vectors[rows], known, near) & _apart(vectors[rows], vectors[chosen], near)
        before = len(chosen)
        for row in np.flatnonzero(apart) + rows.start:
            if len(chosen) >= count:
                return chosen
            if _apart(vectors[row : row + 1], vectors[chosen[before:]], near)[0]:
                chosen.append(int(row))
    return chosen


def _most_worth(vectors: Vectors, weight: NDArray[np.float64], known: Vectors, count: int, near: float) -> list[int]:
    """Greedy facility location: again and again the row that adds most, none near to another or to a known one.

    With k(x, r) the voice of x at r, and b(r) the loudest voice of what is known or chosen, x adds the sum over the
    audience of w(r) max(0, k(x, r) - b(r)). What x adds never grows while others are chosen (submodularity), so an
    earlier figure is an upper bound and only the foremost rows are measured again (Minoux 1978). Greedy choice reaches
    1 - 1/e of the best batch (Nemhauser, Wolsey and Fisher 1978); Wei, Iyer and Bilmes 2015 use it for active learning.
    """
    if not len(vectors):
        return []
    audience = _Audience(vectors, weight, known)
    first = _drawn(weight, CANDIDATES)[0]
    others = np.setdiff1d(np.arange(len(vectors)), first)
    chosen: list[int] = []
    for rows in (first, others):
        barred = np.vstack([known, vectors[chosen]])
        chosen += [int(row) for row in rows[_greedy(vectors[rows], audience, barred, count - len(chosen), near)]]
    return chosen


def _greedy(vectors: Vectors, audience: _Audience, barred: Vectors, count: int, near: float) -> list[int]:
    """The lazy greedy choice among (n, d) vectors, none of them near to one of `barred`."""
    if count <= 0 or not len(vectors):
        return []
    bound = np.concatenate([audience.added(vectors[rows]) for rows in _blocks(len(vectors))])
    chosen: list[int] = []
    while len(chosen) < count and (bound > -np.inf).any():
        front = np.sort(np.argpartition(-bound, min(LOOK, len(bound)) - 1)[:LOOK])
        front = front[bound[front] > -np.inf]
        apart = _apart(vectors[front], barred, near) & _apart(vectors[front], vectors[chosen], near)
        bound[front] = np.where(apart, audience.added(vectors[front]), -np.inf)
        best = int(front[bound[front].argmax()])
        if apart.any() and bound[best] >= bound.max() * (1 - ROUNDING):
            chosen.append(best)
            audience.hear(vectors[best])
            bound[best] = -np.inf
    return chosen


class _Audience:
    """The queries that a label may speak for, and how well each is spoken for so far."""

    def __init__(self, vectors: Vectors, weight: NDArray[np.float64], known: Vectors):
        """At most AUDIENCE rows, each as often as its weight has it, stand for the (n, d) vectors."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        spread = max(1.0 - float(mean @ mean), LEAST_SPREAD)  # half the mean squared distance of two unit vectors
        self._sharpness = np.float32(SHARPNESS / spread)
        rows, self._weight = _drawn(weight, AUDIENCE)
        self._vectors = vectors[rows]
        self._spoken_for = np.zeros(len(rows), dtype=np.float32)
        for block in _blocks(len(known)):
            self._spoken_for = np.maximum(self._spoken_for, self._voice(known[block]).max(axis=0))

    def added(self, vectors: Vectors) -> NDArray[np.float32]:
        """What each of (k, d) vectors would add, shape (k,)."""
        voice = self._voice(vectors)
        voice -= self._spoken_for
        np.maximum(voice, 0.0, out=voice)
        added: NDArray[np.float32] = voice @ self._weight
        return added

    def hear(self, vector: Vectors) -> None:
        """Let the (d,) vector speak."""
        self._spoken_for = np.maximum(self._spoken_for, self._voice(vector[None, :])[0])

    def _voice(self, vectors: Vectors) -> NDArray[np.float32]:
        """exp(-SHARPNESS d² / mean d²): a Gaussian kernel whose width is read off the pool, shape (k, audience)."""
        voice: NDArray[np.float32] = vectors @ self._vectors.T
        voice -= 1.0
        voice *= self._sharpness
        np.exp(voice, out=voice)
        return voice


def _drawn(weight: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows that stand for all, and the weight of each: all rows, or a systematic sample in proportion to weight.

    Steps of equal weight through rows in random order (Madow 1949).
    """
    if len(weight) <= size:
        return np.arange(len(weight)), weight.astype(np.float32)
    ends = np.cumsum(weight)
    steps = (np.arange(size) + 0.5) * (ends[-1] / size)
    rows, times = np.unique(np.searchsorted(ends, steps), return_counts=True)
    return rows, times.astype(np.float32)


def _apart(vectors: Vectors, others: Vectors, near: float) -> NDArray[np.bool_]:
    """Which of (k, d) vectors are near to none of the others, to the safe side of rounding."""
    apart = np.ones(len(vectors), dtype=bool)
    for block in _blocks(len(others)):
        apart &= (vectors @ others[block].T < near - TIE).all(axis=1)
    return apart


def _blocks(length: int, size: int = AT_ONCE) -> list[slice]:
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
