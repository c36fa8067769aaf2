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
    """Why the method is majority and not CROWDLAB; empty for CROWDLAB."""
    records: tuple[RecordConsensus, ...]


def find_consensus(
    responses: pd.DataFrame,
    *,
    probabilities: ClassProbabilities | None = None,
    adjudicate_below: float = ADJUDICATE_BELOW,
) -> Consensus:
    """The consensus of each record of a table `record`, `who`, `label` (see `response_matrix`).

    With class probabilities, CROWDLAB (Goh, Tkachenko and Mueller 2022, arXiv 2210.06812, in cleanlab) chooses among
    the labels given: annotators and model are weighed by how well they agree with others. Without them, or where
    CROWDLAB's weights cannot be estimated, the majority decides, and accurate annotators decide ties. Hold-out
    records are labeled blind to any model: pass them separately, without probabilities.

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
    labels, found = _majority_labels(matrix)
    records = _record_consensus(matrix, labels, found, adjudicate_below, min_responses=2)
    return Consensus(ConsensusMethod.MAJORITY, why, records)


def _reason_against_crowdlab(matrix: ResponseMatrix, probabilities: ClassProbabilities | None) -> str:
    """Why CROWDLAB cannot be used; empty when it can."""
    if probabilities is None:
        return "no class probabilities"
    overlap = int((matrix.per_record > 1).sum())
    if overlap < MIN_OVERLAP:
        return (
            f"{counted(overlap, 'record')} {agreeing(overlap, 'has', 'have')} two or more "
            f"responses, {MIN_OVERLAP} are needed"
        )
    return "" if len({*matrix.labels, *probabilities.classes}) > 1 else "there is only one label"


def _majority_labels(matrix: ResponseMatrix) -> tuple[NDArray[np.int64], ProbabilityRows | NotMeasured]:
    """The most frequent label, the most probable one in a tie, shape (records,); and all class probabilities."""
    counts = matrix.counts()
    most = counts == counts.max(axis=1, initial=0, keepdims=True)
    overlap = int((matrix.per_record > 1).sum())
    if overlap < MIN_OVERLAP or len(matrix.labels) < 2:
        few = (
            f"{counted(overlap, 'record')} {agreeing(overlap, 'has', 'have')} two or more "
            f"responses, {MIN_OVERLAP} are needed"
        )
        return _first_class(most), NotMeasured("there is only one label" if len(matrix.labels) < 2 else few)
    prior = np.tile(counts.sum(axis=0) / counts.sum(), (len(counts), 1))
    probable = posterior(matrix, most / most.sum(axis=1, keepdims=True), prior)
    among = np.where(most, np.round(probable, 12), 0)
    return _first_class(most & (among == among.max(axis=1, keepdims=True))), probable


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
    responses: pd.DataFrame, model: Callable[[], ClassProbabilities | None]
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
        found.append(find_consensus(several[with_model], probabilities=probabilities))
    if (~with_model).any():
        found.append(find_consensus(several[~with_model]))
    return found


def records_to_adjudicate(found: list[Consensus]) -> dict[str, RecordConsensus]:
    """Records for an adjudicator: ties, contradicted majorities, and low confidence."""
    return {one.record: one for part in found for one in part.records if one.to_adjudicate}
