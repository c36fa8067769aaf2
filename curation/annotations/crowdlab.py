"""CROWDLAB: consensus labels from responses and out-of-fold model probabilities, each weighed by its agreement."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.consensus_confidence import ProbabilityRows
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix

MIN_MODEL_AGREEMENT, MIN_MODEL_LEAD = 2 / 3, 0.05
"""A model is asked when it agrees with two in three answers, or with more than people do with each other, by this much.
A worse one can err just where people err, and CROWDLAB, which breaks ties by the model before it weighs the model,
would believe it (docs/decisions/0015-consensus.md)."""


MIN_ANNOTATOR_WEIGHT = 1e-3
"""CROWDLAB's weight of a person, 0 to 1, that is none."""


TIE_BREAK = 1e-9
"""What is added to probabilities so that two classes never tie: cleanlab would break such a tie by chance."""


@dataclass(frozen=True)
class ClassProbabilities:
    """A model's class probabilities of records that it was not trained on: out of fold."""

    records: Sequence[str]
    classes: Sequence[str]
    values: NDArray[np.floating[Any]]
    """Shape (records, classes); rows sum to one."""


@dataclass(frozen=True)
class AlignedProbabilities:
    """Answers beside a model's probabilities, over the classes of both."""

    responses: ResponseMatrix
    model: ProbabilityRows
    """Shape (records, the model's classes)."""
    model_index: NDArray[np.int64]
    """Shape (classes,): the position among the model's classes, NOTHING for a class that it lacks."""
    unknown_class_shares: ProbabilityRows
    """Shape (classes,): the share of all answers, zero for a class that the model has."""

    @staticmethod
    def of(response: ResponseMatrix, probabilities: ClassProbabilities) -> AlignedProbabilities:
        values = np.asarray(probabilities.values, dtype=np.float64)
        row = {record: index for index, record in enumerate(probabilities.records)}
        missing = [record for record in response.records if record not in row]
        if missing:
            raise ValueError(f"{len(missing)} records have no class probabilities, the first is {missing[0]}")
        if not np.allclose(values.sum(axis=1), 1, atol=1e-3) or (values < 0).any():
            raise ValueError("class probabilities are negative, do not sum to one, or are not numbers")
        own = np.argsort(probabilities.classes)
        classes = sorted({*response.labels, *probabilities.classes})
        index = {label: position for position, label in enumerate(classes)}
        moved = np.array([index[label] for label in response.labels] + [NO_RESPONSE])  # NOTHING is the last position
        responses = ResponseMatrix(response.records, response.annotators, classes, moved[response.response])
        model_index = np.full(len(classes), NO_RESPONSE, dtype=np.int64)
        model_index[[index[probabilities.classes[column]] for column in own]] = np.arange(len(own))
        share = responses.counts().sum(axis=0) / responses.per_record.sum()
        model = values[[row[record] for record in response.records]][:, own]
        return AlignedProbabilities(responses, model, model_index, np.where(model_index == NO_RESPONSE, share, 0.0))

    def over_all_classes(self, model: ProbabilityRows) -> ProbabilityRows:
        """The model's probabilities over all classes, shape (records, classes).

        A class that the model lacks has its share of the answers: too rare to be learnt is not impossible.
        """
        every = np.tile(self.unknown_class_shares, (len(model), 1))
        known = self.model_index != NO_RESPONSE
        every[:, known] = model[:, self.model_index[known]] * (1 - self.unknown_class_shares.sum())
        return every


def reason_model_too_weak(aligned: AlignedProbabilities) -> str:
    """Why the model is not worth asking, by answers to records that two or more people answered; empty when it is."""
    counts = aligned.responses.counts()[aligned.responses.per_record > 1]
    size = counts.sum(axis=1)
    top = aligned.over_all_classes(aligned.model)[aligned.responses.per_record > 1].argmax(axis=1)
    model_agreement = float(counts[np.arange(len(counts)), top].sum() / size.sum())
    pairwise_agreement = float(((counts * (counts - 1)).sum(axis=1) / (size - 1)).sum() / size.sum())
    if model_agreement >= min(MIN_MODEL_AGREEMENT, pairwise_agreement + MIN_MODEL_LEAD):
        return ""
    return f"the model agrees with {model_agreement:.0%} of the answers, people with {pairwise_agreement:.0%} of each other's"


def crowdlab_labels(aligned: AlignedProbabilities) -> NDArray[np.int64] | None:
    """Of the classes given to each record the one of the highest quality, shape (records,); None without weights.

    cleanlab's own consensus is the class of the highest quality, given or not, by the same figures.
    """
    from cleanlab.multiannotator import get_label_quality_multiannotator

    response = np.where(aligned.responses.response == NO_RESPONSE, np.nan, aligned.responses.response)
    model = aligned.over_all_classes(aligned.model) + TIE_BREAK * np.linspace(1, 0, len(aligned.responses.labels))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Annotators do not agree on any example")
        found = get_label_quality_multiannotator(
            response,
            model / model.sum(axis=1, keepdims=True),
            consensus_method="majority_vote",
            return_annotator_stats=False,
            return_weights=True,
            verbose=False,
        )
    if found["annotator_weight"].max() < MIN_ANNOTATOR_WEIGHT:
        return None
    quality = found["detailed_label_quality"].to_numpy(dtype=np.float64)
    order = np.lexsort((aligned.responses.response, -np.round(np.nan_to_num(quality, nan=-1.0), 12)), axis=1)
    labels: NDArray[np.int64] = aligned.responses.response[np.arange(len(order)), order[:, 0]]
    return labels
