"""How class probabilities become answers: calibrated by a temperature, and not given below a threshold. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.evaluation.confidence_facts import FittedParameters
from winnow.training.evaluation.temperature import apply_temperature
from winnow.training.predictions import Predictions


@dataclass(frozen=True)
class AnswerRule:
    """What a run's probabilities go through before a label leaves it. Packages state it with the same words."""

    temperature: float = 1.0
    """Logits are divided by it; 1 where none could be fitted."""
    threshold: float = 0.0
    """The calibrated confidence below which the model does not answer; 0: it always does."""
    fallback: str | None = None
    """The label of queries that are not answered; None: the task has none."""

    def calibrated(self, predictions: Predictions) -> Predictions:
        """Calibrated probabilities; the most likely label does not change."""
        if self.temperature == 1.0 or not len(predictions.probabilities):
            return predictions
        return apply_temperature(predictions, self.temperature)

    def answered(self, confidence: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which texts the model answers, from their calibrated confidence; both of shape (texts,)."""
        answered: NDArray[np.bool_] = confidence >= self.threshold
        return answered


def fitted_rule(
    fitted: FittedParameters, *, threshold: float | None = None, has_second_stage: bool = False
) -> AnswerRule:
    """The rule that was fitted on validation; `threshold` replaces the fitted one.

    A fitted threshold applies only where something else can answer: the fallback label of the task, or a second stage.
    """
    temperature, own = fitted.temperature, fitted.fallback_threshold
    applies = fitted.fallback is not None or has_second_stage
    fitted_threshold = 0.0 if isinstance(own, NotMeasured) or not applies else own.value
    return AnswerRule(
        temperature=1.0 if isinstance(temperature, NotMeasured) else temperature.value,
        threshold=fitted_threshold if threshold is None else threshold,
        fallback=fitted.fallback,
    )
