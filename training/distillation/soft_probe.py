"""The linear probe fitted to labels and to the class probabilities of a teacher at once.

The loss of a row is (1 − w) · cross-entropy + w · T² · KL(teacher at T ‖ probe at T) (Hinton et al. 2015), with the
penalty of `fit_probe`. scikit-learn has no temperature and takes no probabilities as targets; a row for each class,
weighted by its probability, would be 2 million rows for 15,000 texts and 150 labels. So scipy minimizes it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.linear_probe import INVERSE_PENALTY, MAX_ITERATIONS, TOLERANCE, LinearProbe, fit_probe
from winnow.curation.engine.vectors import Vectors
from winnow.training.evaluation.temperature import apply_temperature
from winnow.training.predictions import Predictions

Floats = NDArray[np.float32]

LIMITS = {"maxiter": MAX_ITERATIONS, "gtol": TOLERANCE, "maxls": 50, "ftol": 64 * np.finfo(np.float64).eps}
"""When the fit ends: as scikit-learn's logistic regression has it."""


class _Slope(NamedTuple):
    """The loss and its gradient."""

    loss: float
    gradient: NDArray[np.float64]


@dataclass(frozen=True)
class _SoftLoss:
    """The mean loss of weights and bias on some rows."""

    vectors: Vectors
    gold: NDArray[np.int64]
    soft: Floats
    """The teacher's probabilities at the temperature."""
    weight: float
    temperature: float
    penalty: float
    """Of the squared weights; the bias has none."""

    def __call__(self, flat: NDArray[np.float64]) -> _Slope:
        """The loss at weights (classes, dimensions + 1), the last column being the bias, as one row of numbers."""
        classes, rows = self.soft.shape[1], len(self.gold)
        matrix = flat.reshape(classes, -1)
        weights, bias = matrix[:, :-1].astype(np.float32), matrix[:, -1].astype(np.float32)
        logits = self.vectors @ weights.T + bias
        hard, soft = _log_softmax(logits), _log_softmax(logits / np.float32(self.temperature))
        label_loss = -float(hard[np.arange(rows), self.gold].mean(dtype=np.float64))
        teacher_loss = -float((self.soft * soft).sum(dtype=np.float64)) / rows
        scale = self.weight * self.temperature
        slope = (1 - self.weight) * np.exp(hard) + scale * (np.exp(soft) - self.soft)
        slope[np.arange(rows), self.gold] -= 1 - self.weight
        slope /= rows
        gradient = np.empty_like(matrix)
        gradient[:, :-1] = slope.T @ self.vectors + self.penalty * matrix[:, :-1]
        gradient[:, -1] = slope.sum(axis=0)
        loss = (1 - self.weight) * label_loss + scale * self.temperature * teacher_loss
        loss += 0.5 * self.penalty * float((matrix[:, :-1] ** 2).sum())
        return _Slope(loss, gradient.ravel())


def fit_soft_probe(
    vectors: Vectors,
    labels: Sequence[str],
    teacher: Predictions,
    *,
    weight: float,
    temperature: float,
    inverse_penalty: float = INVERSE_PENALTY,
) -> LinearProbe:
    """Fit on (n, d) unit vectors, n labels, and what a teacher says about the same n rows."""
    from scipy.optimize import minimize

    if len(teacher.classes) == 1:
        return fit_probe(vectors, labels)
    position = {name: i for i, name in enumerate(teacher.classes)}
    loss = _SoftLoss(
        vectors,
        np.array([position[label] for label in labels]),
        apply_temperature(teacher, temperature).probabilities.astype(np.float32),
        weight,
        temperature,
        1 / (inverse_penalty * len(labels)),
    )
    start = np.zeros(len(teacher.classes) * (vectors.shape[1] + 1))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=LIMITS).x.reshape(len(teacher.classes), -1)
    return LinearProbe(
        np.ascontiguousarray(found[:, :-1], dtype=np.float32),
        np.ascontiguousarray(found[:, -1], dtype=np.float32),
        list(teacher.classes),
    )


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found
