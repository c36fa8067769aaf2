"""CROWDLAB: consensus labels from responses and out-of-fold model probabilities, each weighed by its agreement."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.counted import agreeing, counted
from winnow.curation.annotations.consensus_confidence import ProbabilityRows
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix

MIN_MODEL_AGREEMENT, MIN_MODEL_LEAD = 2 / 3, 0.05
"""A model is used if it agrees with two in three responses, or by this margin more than annotators with each other. A
worse one can err exactly where annotators err, and CROWDLAB, which breaks ties by the model before it weighs the model,
would trust it (docs/decisions/0015-consensus.md)."""

MIN_ANNOTATOR_WEIGHT = 1e-3
"""CROWDLAB's weight of an annotator, 0 to 1, below which it counts as zero."""

TIE_BREAK = 1e-9
"""Added to probabilities so that two classes never tie: cleanlab would break such a tie at random."""


@dataclass(frozen=True)
class ClassProbabilities:
    """A model's out-of-fold class probabilities."""

    records: Sequence[str]
    classes: Sequence[str]
    values: NDArray[np.floating[Any]]
    """Shape (records, classes); rows sum to one."""


@dataclass(frozen=True)
class AlignedProbabilities:
    """Responses and a model's probabilities, over the classes of both."""

    matrix: ResponseMatrix
    model: ProbabilityRows
    """Shape (records, the model's classes)."""
    model_index: NDArray[np.int64]
    """Shape (classes,): the position among the model's classes, NO_RESPONSE for a class that it lacks."""
    unknown_class_shares: ProbabilityRows
    """Shape (classes,): the share of all responses, zero for a class that the model has."""

    @staticmethod
    def of(matrix: ResponseMatrix, probabilities: ClassProbabilities) -> AlignedProbabilities:
        """Bring both to the same records and classes. Raises ValueError for missing or invalid probabilities."""
        values = np.asarray(probabilities.values, dtype=np.float64)
        row = {record: index for index, record in enumerate(probabilities.records)}
        missing = [record for record in matrix.records if record not in row]
        if missing:
            raise ValueError(
                f"{counted(len(missing), 'record')} "
                f"{agreeing(len(missing), 'has', 'have')} no class probabilities, the first is {missing[0]}"
            )
        if not np.allclose(values.sum(axis=1), 1, atol=1e-3) or (values < 0).any():
            raise ValueError("class probabilities are negative, do not sum to one, or are not numbers")
        own = np.argsort(probabilities.classes)
        classes = sorted({*matrix.labels, *probabilities.classes})
        index = {label: position for position, label in enumerate(classes)}
        moved = np.array([index[label] for label in matrix.labels] + [NO_RESPONSE])  # -1 is the last position
        aligned = ResponseMatrix(matrix.records, matrix.annotators, classes, moved[matrix.codes])
        model_index = np.full(len(classes), NO_RESPONSE, dtype=np.int64)
        model_index[[index[probabilities.classes[column]] for column in own]] = np.arange(len(own))
        share = aligned.counts().sum(axis=0) / aligned.per_record.sum()
        model = values[[row[record] for record in matrix.records]][:, own]
        return AlignedProbabilities(aligned, model, model_index, np.where(model_index == NO_RESPONSE, share, 0.0))

    def over_all_classes(self, model: ProbabilityRows) -> ProbabilityRows:
        """The model's probabilities over all classes, shape (records, classes).

        A class that the model lacks has its share of the responses: too rare to be learned is not impossible.
        """
        every = np.tile(self.unknown_class_shares, (len(model), 1))
        known = self.model_index != NO_RESPONSE
        every[:, known] = model[:, self.model_index[known]] * (1 - self.unknown_class_shares.sum())
        return every


def reason_model_too_weak(aligned: AlignedProbabilities) -> str:
    """Why the model is not used, measured on records with two or more responses; empty when it is."""
    counts = aligned.matrix.counts()[aligned.matrix.per_record > 1]
    size = counts.sum(axis=1)
    top = aligned.over_all_classes(aligned.model)[aligned.matrix.per_record > 1].argmax(axis=1)
    model_agreement = float(counts[np.arange(len(counts)), top].sum() / size.sum())
    pairwise_agreement = float(((counts * (counts - 1)).sum(axis=1) / (size - 1)).sum() / size.sum())
    if model_agreement >= min(MIN_MODEL_AGREEMENT, pairwise_agreement + MIN_MODEL_LEAD):
        return ""
    return (
        f"the model agrees with {model_agreement:.0%} of the responses, "
        f"annotators with {pairwise_agreement:.0%} of each other's"
    )


def crowdlab_labels(aligned: AlignedProbabilities) -> NDArray[np.int64] | None:
    """The class with the highest quality of those given to each record, shape (records,); None without weights.

    cleanlab's own consensus is the class of the highest quality, given or not, by the same scores.
    """
    from cleanlab.multiannotator import get_label_quality_multiannotator

    codes = np.where(aligned.matrix.codes == NO_RESPONSE, np.nan, aligned.matrix.codes)
    model = aligned.over_all_classes(aligned.model) + TIE_BREAK * np.linspace(1, 0, len(aligned.matrix.labels))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Annotators do not agree on any example")
        found = get_label_quality_multiannotator(
            codes,
            model / model.sum(axis=1, keepdims=True),
            consensus_method="majority_vote",
            return_annotator_stats=False,
            return_weights=True,
            verbose=False,
        )
    if found["annotator_weight"].max() < MIN_ANNOTATOR_WEIGHT:
        return None
    quality = found["detailed_label_quality"].to_numpy(dtype=np.float64)
    order = np.lexsort((aligned.matrix.codes, -np.round(np.nan_to_num(quality, nan=-1.0), 12)), axis=1)
    labels: NDArray[np.int64] = aligned.matrix.codes[np.arange(len(order)), order[:, 0]]
    return labels
