"""The consensus label of each record, its confidence, and which records need adjudication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from winnow.core.counted import agreeing, counted
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import ConsensusMethod, ConsensusStatus
from winnow.curation.annotations.consensus_confidence import ProbabilityRows, posterior, temperature_scaled
from winnow.curation.annotations.crowdlab import (
    AlignedProbabilities,
    ClassProbabilities,
    crowdlab_labels,
    reason_model_too_weak,
)
from winnow.curation.annotations.response_matrix import ResponseMatrix, response_matrix
from winnow.curation.annotations.weighted_consensus import KnownAnswers, weighted_consensus

ADJUDICATE_BELOW = 0.9
"""Confidence below which a record goes to an adjudicator (docs/decisions/0015-consensus.md)."""

MIN_OVERLAP = 20
"""Records with two or more responses that are needed to estimate accuracies: the standard error of an agreement of 0.9
is then 0.07."""

NOT_ABOVE_CHANCE = "annotators agree no more than if all of them always chose the most frequent label"


@dataclass(frozen=True)
class RecordConsensus:
    """The consensus of the annotators of one record."""

    record: str
    label: str
    """One that an annotator gave."""
    confidence: float | NotMeasured
    """Probability that the label is right."""
    responses: int
    share: float
    """Share of the responses that equal the label."""
    status: ConsensusStatus
    """Whether others gave another label, or the confidence is low."""

    @property
    def to_adjudicate(self) -> bool:
        """Whether the record belongs in the queue `adjudicate`."""
        return self.status != ConsensusStatus.SETTLED


@dataclass(frozen=True)
class Consensus:
    """The consensus of every record, sorted by record."""

    method: ConsensusMethod
    why: str
    """Why the method is not CROWDLAB; empty for CROWDLAB."""
    records: tuple[RecordConsensus, ...]
    copying: tuple[tuple[str, ...], ...] = ()
    """Annotators who seem to copy from each other; their equal responses count once."""


def find_consensus(
    responses: pd.DataFrame,
    *,
    probabilities: ClassProbabilities | None = None,
    known: KnownAnswers | None = None,
    adjudicate_below: float = ADJUDICATE_BELOW,
) -> Consensus:
    """The consensus of each record of a table `record`, `who`, `label` (see `response_matrix`).

    With class probabilities, CROWDLAB (Goh, Tkachenko and Mueller 2022, arXiv 2210.06812, in cleanlab) chooses among
    the labels given: annotators and model are weighed by how well they agree with others. Without them, or where
    CROWDLAB's weights cannot be estimated, each annotator is weighed by how they answer (`annotator_model`), and where
    that cannot be estimated either, the majority decides. `known` are answers to gold records, which measure their
    annotators. Hold-out records are labeled blind to any model: pass them separately, without probabilities.

    Raises ValueError for records without probabilities, and for invalid probabilities.
    """
    matrix = response_matrix(responses)
    why = _reason_against_crowdlab(matrix, probabilities)
    if probabilities is not None and not why:
        aligned = AlignedProbabilities.of(matrix, probabilities)
        labels = crowdlab_labels(aligned)
        why = reason_model_too_weak(aligned) if labels is not None else NOT_ABOVE_CHANCE
        if labels is not None and not why:
            prior = aligned.over_all_classes(temperature_scaled(aligned.model, aligned.model_index[labels]))
            probable = posterior(aligned.matrix, np.eye(prior.shape[1])[labels], prior)
            return Consensus(
                ConsensusMethod.CROWDLAB,
                "",
                _record_consensus(aligned.matrix, labels, probable, adjudicate_below, min_responses=1),
            )
    return find_consensus_of_matrix(matrix, why=why, known=known, adjudicate_below=adjudicate_below)


def find_consensus_of_matrix(
    matrix: ResponseMatrix,
    *,
    why: str = "no class probabilities",
    known: KnownAnswers | None = None,
    adjudicate_below: float = ADJUDICATE_BELOW,
) -> Consensus:
    """The consensus by the responses alone: by how each annotator answers, or the majority where too few overlap.

    `why` says why no model takes part.
    """
    known, below = known or KnownAnswers.none(), adjudicate_below
    most = _most_frequent(matrix)
    if few := _reason_against_weights(matrix, known):
        records = _record_consensus(matrix, _first_class(most), NotMeasured(few), below, min_responses=2)
        return Consensus(ConsensusMethod.MAJORITY, why, records)
    found = weighted_consensus(matrix, known)
    allowed, by = (matrix.counts() > 0, found.probable) if found.breaks_ties is None else (most, found.breaks_ties)
    among = np.where(allowed, np.round(by, 12), -1.0)
    labels = _first_class(among == among.max(axis=1, keepdims=True))
    records = _record_consensus(matrix, labels, found.probable, below, min_responses=2)
    return Consensus(ConsensusMethod.WEIGHTED, why, records, found.copying)


def _reason_against_crowdlab(matrix: ResponseMatrix, probabilities: ClassProbabilities | None) -> str:
    """Why CROWDLAB cannot be used; empty when it can."""
    if probabilities is None:
        return "no class probabilities"
    if few := _too_few_shared(int((matrix.per_record > 1).sum())):
        return few
    return "" if len({*matrix.labels, *probabilities.classes}) > 1 else "there is only one label"


def _reason_against_weights(matrix: ResponseMatrix, known: KnownAnswers) -> str:
    """Why nothing can be learned about annotators; empty when it can."""
    if len(matrix.labels) < 2:
        return "there is only one label"
    return _too_few_shared(int((matrix.per_record > 1).sum()) + known.records)


def _too_few_shared(overlap: int) -> str:
    """Why so many records with two or more responses are too few; empty when they are enough."""
    if overlap >= MIN_OVERLAP:
        return ""
    return (
        f"{counted(overlap, 'record')} {agreeing(overlap, 'has', 'have')} two or more "
        f"responses, {MIN_OVERLAP} are needed"
    )


def _most_frequent(matrix: ResponseMatrix) -> NDArray[np.bool_]:
    """The most frequent labels of each record, shape (records, classes)."""
    counts = matrix.counts()
    most: NDArray[np.bool_] = counts == counts.max(axis=1, initial=0, keepdims=True)
    return most


def _first_class(which: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first class of each record for which `which` is true; classes are sorted by name."""
    found: NDArray[np.int64] = np.nonzero(which & (which.cumsum(axis=1) == 1))[1]
    return found


def _record_consensus(
    matrix: ResponseMatrix,
    labels: NDArray[np.int64],
    probable: ProbabilityRows | NotMeasured,
    below: float,
    *,
    min_responses: int,
) -> tuple[RecordConsensus, ...]:
    """Every record with its status; low confidence counts from `min_responses` responses."""
    counts = matrix.counts()
    rows = np.arange(len(labels))
    given, responses = counts[rows, labels], matrix.per_record
    counts[rows, labels] = 0
    others = counts.max(axis=1, initial=0)
    found = []
    for row, record in enumerate(matrix.records):
        confidence = probable if isinstance(probable, NotMeasured) else float(probable[row, labels[row]])
        below_threshold = isinstance(confidence, float) and confidence < below and responses[row] >= min_responses
        status = ConsensusStatus.LOW_CONFIDENCE if below_threshold else ConsensusStatus.SETTLED
        if others[row] >= given[row]:
            tied = others[row] == given[row]
            status = ConsensusStatus.TIE if tied else ConsensusStatus.AGAINST_MAJORITY
        share = float(given[row] / responses[row])
        found.append(
            RecordConsensus(record, matrix.labels[labels[row]], confidence, int(responses[row]), share, status)
        )
    return tuple(found)


def consensus_of_shared_records(
    responses: pd.DataFrame, model: Callable[[], ClassProbabilities | None], gold: KnownAnswers | None = None
) -> list[Consensus]:
    """The consensus of all records with two or more responses; those that the model may see are computed separately.

    `model` computes class probabilities, which takes a while; it is called only if there are such records.
    """
    several = responses[responses.groupby("record")["who"].transform("count") > 1]
    if several.empty:
        return []
    probabilities = model()
    known = set(probabilities.records) if probabilities else set()
    with_model = several["record"].isin(known)
    found = []
    if with_model.any():
        found.append(find_consensus(several[with_model], probabilities=probabilities, known=gold))
    if (~with_model).any():
        found.append(find_consensus(several[~with_model], known=gold))
    return found


def records_to_adjudicate(found: list[Consensus]) -> dict[str, RecordConsensus]:
    """Records for an adjudicator: ties, contradicted majorities, and low confidence."""
    return {one.record: one for part in found for one in part.records if one.to_adjudicate}
