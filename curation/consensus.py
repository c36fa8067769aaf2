"""The consensus of several people on each record, how sure it is, and who has to look again. Pure: tables in, data out.

The label is always one that somebody gave: a model weighs answers, it never answers. Consensus decides nothing; the
label of a record is derived from decisions alone (`curation.labels`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curation.answers import NOTHING, Answers, matrix
from curation.confidence import Shares, posterior, tempered
from curation.estimates import NotMeasured

ADJUDICATE_BELOW = 0.9
"""Confidence below which an adjudicator looks (docs/decisions/0015-consensus.md)."""
OVERLAP_MIN = 20
"""Records with two or more answers, without which nobody's accuracy is known: the standard error of an agreement of
0.9 is then 0.07."""
MODEL_AGREES, MODEL_AHEAD = 2 / 3, 0.05
"""A model is asked when it agrees with two in three answers, or with more than people do with each other, by this much.
A worse one can err just where people err, and CROWDLAB, which breaks ties by the model before it weighs the model,
would believe it (docs/decisions/0015-consensus.md)."""
NO_WEIGHT = 1e-3
"""CROWDLAB's weight of a person, 0 to 1, that is none."""
NO_BETTER = "people agree no more with one another than if all always gave the most frequent label"
TIE_BREAK = 1e-9
"""What is added to probabilities so that two classes never tie: cleanlab would break such a tie by chance."""

Method = Literal["crowdlab", "majority"]
Standing = Literal["settled", "tie", "against_majority", "low_confidence"]


@dataclass(frozen=True)
class ClassProbabilities:
    """A model's class probabilities of records that it was not trained on: out of fold."""

    records: Sequence[str]
    classes: Sequence[str]
    values: NDArray[np.floating[Any]]
    """Shape (records, classes); rows sum to one."""


@dataclass(frozen=True)
class RecordConsensus:
    """What people say of one record, taken together."""

    record: str
    label: str
    """One that somebody gave."""
    confidence: float | NotMeasured
    """How probable it is that the label is right, 0 to 1."""
    answers: int
    share: float
    """Of the answers, those that are the label."""
    standing: Standing
    """`tie`: as many gave another label. `against_majority`: more gave another label. `low_confidence`: below the
    threshold; a single answer that no model speaks against never is, since it needs a second one first."""

    @property
    def to_adjudicate(self) -> bool:
        """Whether the record belongs into the `adjudicate` queue."""
        return self.standing != "settled"


@dataclass(frozen=True)
class Consensus:
    """The consensus of every record, sorted by record."""

    method: Method
    why: str
    """Why it is the majority and not CROWDLAB; empty for CROWDLAB."""
    records: tuple[RecordConsensus, ...]


def consensus(
    answers: pd.DataFrame,
    *,
    probabilities: ClassProbabilities | None = None,
    adjudicate_below: float = ADJUDICATE_BELOW,
) -> Consensus:
    """The consensus of each record of a table `record`, `who`, `label` (see `curation.answers.matrix`).

    With class probabilities CROWDLAB (Goh, Tkachenko and Mueller 2022, arXiv 2210.06812, in cleanlab): the label of
    those given to which people and model, each weighed by how well they agree with others, give most. Without, or where
    CROWDLAB's weights would rest on nothing, the majority, and among as many answers those of the more accurate people.
    Hold-out records are labeled blind to any model: ask for them apart, without probabilities.

    Raises ValueError for records without probabilities, and for probabilities that are none.
    """
    said = matrix(answers)
    why = _why_not(said, probabilities)
    if probabilities is not None and not why:
        seen = _Seen.of(said, probabilities)
        labels = _crowdlab(seen)
        why = _too_weak(seen) if labels is not None else NO_BETTER
        if labels is not None and not why:
            prior = seen.spread(tempered(seen.model, seen.of_model[labels]))
            probable = posterior(seen.answers, np.eye(prior.shape[1])[labels], prior)
            return Consensus("crowdlab", "", _judged(seen.answers, labels, probable, adjudicate_below, alone=1))
    labels, found = _majority(said)
    return Consensus("majority", why, _judged(said, labels, found, adjudicate_below, alone=2))


def _why_not(said: Answers, probabilities: ClassProbabilities | None) -> str:
    """Why CROWDLAB cannot be asked; empty when it can."""
    if probabilities is None:
        return "no class probabilities"
    overlap = int((said.per_record > 1).sum())
    if overlap < OVERLAP_MIN:
        return f"{overlap} records have two or more answers, {OVERLAP_MIN} are needed"
    return "" if len({*said.labels, *probabilities.classes}) > 1 else "there is only one label"


@dataclass(frozen=True)
class _Seen:
    """Answers beside a model's probabilities, over the classes of both."""

    answers: Answers
    model: Shares
    """Shape (records, the model's classes)."""
    of_model: NDArray[np.int64]
    """Shape (classes,): the position among the model's classes, NOTHING for a class that it lacks."""
    foreign: Shares
    """Shape (classes,): the share of all answers, zero for a class that the model has."""

    @staticmethod
    def of(said: Answers, probabilities: ClassProbabilities) -> _Seen:
        values = np.asarray(probabilities.values, dtype=np.float64)
        row = {record: place for place, record in enumerate(probabilities.records)}
        lacking = [record for record in said.records if record not in row]
        if lacking:
            raise ValueError(f"{len(lacking)} records have no class probabilities, the first is {lacking[0]}")
        if not np.allclose(values.sum(axis=1), 1, atol=1e-3) or (values < 0).any():
            raise ValueError("class probabilities are negative, do not sum to one, or are not numbers")
        own = np.argsort(probabilities.classes)
        classes = sorted({*said.labels, *probabilities.classes})
        place = {label: position for position, label in enumerate(classes)}
        moved = np.array([place[label] for label in said.labels] + [NOTHING])  # NOTHING is the last position
        answers = Answers(said.records, said.people, classes, moved[said.said])
        of_model = np.full(len(classes), NOTHING, dtype=np.int64)
        of_model[[place[probabilities.classes[column]] for column in own]] = np.arange(len(own))
        share = answers.counts().sum(axis=0) / answers.per_record.sum()
        model = values[[row[record] for record in said.records]][:, own]
        return _Seen(answers, model, of_model, np.where(of_model == NOTHING, share, 0.0))

    def spread(self, model: Shares) -> Shares:
        """The model's probabilities over all classes, shape (records, classes).

        A class that the model lacks has its share of the answers: too rare to be learnt is not impossible.
        """
        every = np.tile(self.foreign, (len(model), 1))
        known = self.of_model != NOTHING
        every[:, known] = model[:, self.of_model[known]] * (1 - self.foreign.sum())
        return every


def _too_weak(seen: _Seen) -> str:
    """Why the model is not worth asking, by answers to records that two or more people answered; empty when it is."""
    counts = seen.answers.counts()[seen.answers.per_record > 1]
    size = counts.sum(axis=1)
    top = seen.spread(seen.model)[seen.answers.per_record > 1].argmax(axis=1)
    agrees = float(counts[np.arange(len(counts)), top].sum() / size.sum())
    alike = float(((counts * (counts - 1)).sum(axis=1) / (size - 1)).sum() / size.sum())
    if agrees >= min(MODEL_AGREES, alike + MODEL_AHEAD):
        return ""
    return f"the model agrees with {agrees:.0%} of the answers, people with {alike:.0%} of each other's"


def _crowdlab(seen: _Seen) -> NDArray[np.int64] | None:
    """Of the classes given to each record the one of the highest quality, shape (records,); None without weights.

    cleanlab's own consensus is the class of the highest quality, given or not, by the same figures.
    """
    from cleanlab.multiannotator import get_label_quality_multiannotator

    said = np.where(seen.answers.said == NOTHING, np.nan, seen.answers.said)
    model = seen.spread(seen.model) + TIE_BREAK * np.linspace(1, 0, len(seen.answers.labels))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Annotators do not agree on any example")
        found = get_label_quality_multiannotator(
            said,
            model / model.sum(axis=1, keepdims=True),
            consensus_method="majority_vote",
            return_annotator_stats=False,
            return_weights=True,
            verbose=False,
        )
    if found["annotator_weight"].max() < NO_WEIGHT:
        return None
    quality = found["detailed_label_quality"].to_numpy(dtype=np.float64)
    order = np.lexsort((seen.answers.said, -np.round(np.nan_to_num(quality, nan=-1.0), 12)), axis=1)
    labels: NDArray[np.int64] = seen.answers.said[np.arange(len(order)), order[:, 0]]
    return labels


def _majority(said: Answers) -> tuple[NDArray[np.int64], Shares | NotMeasured]:
    """The label with most answers, and among as many the most probable, shape (records,); how probable all are."""
    counts = said.counts()
    most = counts == counts.max(axis=1, initial=0, keepdims=True)
    overlap = int((said.per_record > 1).sum())
    if overlap < OVERLAP_MIN or len(said.labels) < 2:
        few = f"{overlap} records have two or more answers, {OVERLAP_MIN} are needed"
        return _first(most), NotMeasured("there is only one label" if len(said.labels) < 2 else few)
    prior = np.tile(counts.sum(axis=0) / counts.sum(), (len(counts), 1))
    probable = posterior(said, most / most.sum(axis=1, keepdims=True), prior)
    among = np.where(most, np.round(probable, 12), 0)
    return _first(most & (among == among.max(axis=1, keepdims=True))), probable


def _first(which: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first class of each record that is meant: classes are sorted by name."""
    found: NDArray[np.int64] = np.nonzero(which & (which.cumsum(axis=1) == 1))[1]
    return found


def _judged(
    said: Answers, labels: NDArray[np.int64], probable: Shares | NotMeasured, below: float, *, alone: int
) -> tuple[RecordConsensus, ...]:
    """Every record with its standing. Confidence speaks against records with at least `alone` answers."""
    counts = said.counts()
    rows = np.arange(len(labels))
    given, answers = counts[rows, labels], said.per_record
    counts[rows, labels] = 0
    others = counts.max(axis=1, initial=0)
    found = []
    for row, record in enumerate(said.records):
        sure = probable if isinstance(probable, NotMeasured) else float(probable[row, labels[row]])
        doubted = isinstance(sure, float) and sure < below and answers[row] >= alone
        standing: Standing = "low_confidence" if doubted else "settled"
        if others[row] >= given[row]:
            standing = "tie" if others[row] == given[row] else "against_majority"
        share = float(given[row] / answers[row])
        found.append(RecordConsensus(record, said.labels[labels[row]], sure, int(answers[row]), share, standing))
    return tuple(found)
