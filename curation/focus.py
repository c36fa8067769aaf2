"""Focus: the pairs of labels that a model mixes up, and what of the data lies between them. It decides nothing.

`winnow feedback` writes it; the label and relabel queues take what lies in it first. It holds labels and counts, no
text and no record, so that nothing of a hold-out row can come through it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.embed import Vectors
from curation.folder import replacing
from curation.near import cosines
from curation.suspects import DEALINGS, FLOOR, FOLDS, LOOSE, NEAREST, Suspect, fold_of, out_of_fold
from validators.faults import Fault, WinnowError

FILE = "feedback.json"
"""In the workspace's state, and in the folder of the run that was looked at."""
FORMAT = 1


@dataclass(frozen=True)
class Focus:
    """Confused pairs of one run."""

    run: str
    pairs: Mapping[tuple[str, str], float]
    """Errors that hold-out would show between two labels."""

    def within(self, labels: Sequence[str]) -> Focus:
        """The focus on pairs of these labels: others were renamed or taken out since."""
        known = set(labels)
        return Focus(self.run, {pair: errors for pair, errors in self.pairs.items() if known.issuperset(pair)})


@dataclass(frozen=True)
class Between:
    """Train records that may belong to the other label of a confused pair."""

    ranked: list[Suspect]
    """The more likely one, the more worth first; `score` is the logarithm of the odds, and above 0."""
    wrong: int
    """How many of all their labels are wrong, estimated."""


def read_focus(path: Path) -> Focus:
    """What the last feedback found. Raises WinnowError when there was none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        pairs = {(str(one["labels"][0]), str(one["labels"][1])): float(one["expected_errors"]) for one in told["pairs"]}
        return Focus(str(told["run"]), pairs)
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        fix = "run `winnow feedback RUN` first"
        raise WinnowError(Fault(str(path), "no readable feedback", "confused pairs of a run", fix)) from None


def write_focus(told: Mapping[str, object], *paths: Path) -> None:
    """Write what `read_focus` reads, and more, to every path; the last one replaces what stood there."""
    for path in paths:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def worth(
    probabilities: NDArray[np.float32], classes: Sequence[str], rows: Mapping[str, int], focus: Focus
) -> NDArray[np.float64]:
    """What labeling each query is worth for the confused pairs, from (n, classes) probabilities; shape (n,), 0 to 1.

    The probability that its label is in a confused pair, times the doubt about it. `rows` counts the labeled ones of
    each class. Probabilities are divided by them first: a label of few rows would be expected as rarely as it was
    taught, and what it lacks could never be found (Saerens, Latinne and Decaestecker 2002, Adjusting the Outputs of a
    Classifier to New a Priori Probabilities).
    """
    even = probabilities / np.array([max(rows.get(name, 1), 1) for name in classes])
    even /= even.sum(axis=1, keepdims=True)
    inside = np.isin(list(classes), sorted({label for pair in focus.pairs for label in pair}))
    if len(classes) < 2:
        return np.ones(len(even))
    top = np.partition(even, -2, axis=1)
    found: NDArray[np.float64] = (1.0 - (top[:, -1] - top[:, -2])) * even[:, inside].sum(axis=1)
    return found


def between(vectors: Vectors, labels: Sequence[str], families: Sequence[str], focus: Focus) -> Between:
    """Train records of (n, d) unit vectors whose label may be the other one of a confused pair.

    The odds of the two labels alone are taken, by probes that did not see the record's family: beside labels of many
    rows a label of few is never the likeliest of all. What one answer is worth is the probability that the label is
    wrong, times the errors of the pair by its rows: an answer weighs more where few rows speak.
    """
    count = Counter(labels)
    pairs = {pair: errors for pair, errors in focus.pairs.items() if all(count[label] for label in pair)}
    if not pairs or len(set(families)) < FOLDS:
        return Between([], 0)
    folds = [fold_of(labels, families, dealing) for dealing in range(DEALINGS)]
    probabilities, classes = out_of_fold(vectors, labels, folds, tolerance=LOOSE)
    given, column = np.array(labels), {name: i for i, name in enumerate(classes)}
    best: dict[int, _Rival] = {}
    wrong: set[int] = set()
    for pair, errors in sorted(pairs.items()):
        weight = errors / (count[pair[0]] + count[pair[1]])
        for label, other in (pair, pair[::-1]):
            rows = np.flatnonzero(given == label)
            own, rival = (probabilities[rows, column[name]] for name in (label, other))
            wrong |= set(
                rows[(rival > own) & (rival >= _sure(probabilities[:, column[other]], given == other))].tolist()
            )
            for row, ratio in zip(rows.tolist(), ((rival + FLOOR) / (own + FLOOR)).tolist(), strict=True):
                one = _Rival(weight * ratio / (1 + ratio), float(np.log(ratio)), other)
                if ratio > 1 and (row not in best or one.value > best[row].value):
                    best[row] = one
    near = _Nearest(vectors, given, np.array(families))

    def suspect(row: int) -> Suspect:
        label, rival = str(given[row]), best[row]
        own, other = (float(probabilities[row, column[name]]) for name in (label, rival.label))
        return Suspect(row, rival.odds, label, rival.label, own, other, near.of(row, label), near.of(row, rival.label))

    ranked = sorted(best, key=lambda row: (-best[row].value, families[row]))
    return Between([suspect(row) for row in ranked], len(wrong))


@dataclass(frozen=True)
class _Rival:
    """The other label that a record may belong to."""

    value: float
    """What an answer is worth."""
    odds: float
    """Logarithm of the odds against the given label."""
    label: str


def _sure(probability: NDArray[np.float32], members: NDArray[np.bool_]) -> float:
    """How likely a label's own records are on average to be its own.

    A record of another label that is as likely counts as wrongly labeled: the confident joint (Northcutt, Jiang and
    Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels).
    """
    return float(probability[members].mean())


@dataclass(frozen=True)
class _Nearest:
    """Nearest records of a label in other families."""

    vectors: Vectors
    labels: NDArray[np.str_]
    families: NDArray[np.str_]

    def of(self, row: int, label: str) -> tuple[tuple[int, float], ...]:
        """Position and cosine, the nearest first."""
        others = np.flatnonzero((self.labels == label) & (self.families != self.families[row]))
        ranked = others[np.argsort(-(self.vectors[others] @ self.vectors[row]), kind="stable")][:NEAREST]
        similarity = cosines(self.vectors[[row] * len(ranked)], self.vectors[ranked])
        return tuple(zip(ranked.tolist(), similarity.tolist(), strict=True))
