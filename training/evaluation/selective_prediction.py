"""Selective prediction: risk and coverage when the least confident queries go to the fallback."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.evaluation.confidence_facts import (
    AtThreshold,
    FallbackThreshold,
    RiskPoint,
    SelectivePrediction,
)
from winnow.training.predictions import NO_CONFIDENCE, ModelOutput
from winnow.validators.stats.intervals import measured_proportion, proportion

DEFAULT_RISK = 0.05
"""Maximum share of wrong answers when the task has no goal for `accuracy`."""

CURVE_POINTS = 60
"""Maximum number of curve points that are stored."""

RULE = (
    "the lowest confidence at which at most {:g} % of the validation answers are wrong, lowered halfway to the next row"
)


def risk_coverage(confidence: NDArray[np.float64], wrong: NDArray[np.bool_], rows: int) -> list[RiskPoint]:
    """Coverage (share of rows that are answered) and risk (share of answers that are wrong) by confidence threshold.

    `confidence` and `wrong` cover only rows that are not sent to the fallback; `rows` is the number of all rows. Rows
    of equal confidence share one threshold. Source: El-Yaniv and Wiener 2010, "On the Foundations of Noise-free
    Selective Classification".
    """
    order = np.argsort(-confidence, kind="stable")
    row_confidence, errors = confidence[order], np.cumsum(wrong[order])
    last = (
        np.flatnonzero(np.append(row_confidence[1:] != row_confidence[:-1], True))
        if len(row_confidence)
        else np.empty(0, dtype=np.int64)
    )
    return [
        RiskPoint(
            threshold=float(row_confidence[i]), coverage=(int(i) + 1) / rows, risk=float(errors[i]) / (int(i) + 1)
        )
        for i in last
    ]


def fit_threshold(
    output: ModelOutput, gold: Sequence[str], *, fallback: str | None, risk: float
) -> FallbackThreshold | NotMeasured:
    """The confidence threshold below which queries should go to the fallback, by RULE, on validation rows.

    It is halfway between the least confident row that is answered and the next one, so that another rounding of their
    confidence (other number formats, processors and packages) does not change what is answered.
    """
    if output.confidence is None:
        return NotMeasured(NO_CONFIDENCE)
    if not gold:
        return NotMeasured("there are no validation rows")
    curve = _risk_coverage_of(output, gold, fallback)
    allowed = [place for place, point in enumerate(curve) if point.risk <= risk]
    if not allowed:
        return NotMeasured(f"no threshold leaves at most {100 * risk:g} % of the validation answers wrong")
    threshold = _threshold_after(curve, allowed[-1])
    return FallbackThreshold(value=threshold, risk=risk, rows=len(gold), rule=RULE.format(100 * risk))


def _threshold_after(curve: Sequence[RiskPoint], place: int) -> float:
    """The threshold that answers the rows of a curve up to a place, and no others; 0 where these are all."""
    if place == len(curve) - 1:
        return 0.0
    lowest, next_lower = curve[place].threshold, curve[place + 1].threshold
    middle = (lowest + next_lower) / 2
    return middle if middle > next_lower else lowest  # neighboring floats have no middle


def measure_selective_prediction(
    output: ModelOutput, gold: Sequence[str], fitted: FallbackThreshold | NotMeasured, *, fallback: str | None
) -> SelectivePrediction | NotMeasured:
    """The risk-coverage curve of a split, the area under it, and the result at the fitted threshold."""
    if output.confidence is None:
        return NotMeasured(NO_CONFIDENCE)
    curve = _risk_coverage_of(output, gold, fallback)
    if not curve:
        return NotMeasured("every row is predicted as the fallback")
    shares = np.diff([0.0, *(point.coverage for point in curve)])
    risk = [point.risk for point in curve]
    shown = sorted({round(i) for i in np.linspace(0, len(curve) - 1, min(CURVE_POINTS, len(curve)))})
    return SelectivePrediction(
        curve=[curve[i] for i in shown],
        area=float((shares * risk).sum()),
        threshold=fitted,
        at_threshold=fitted if isinstance(fitted, NotMeasured) else _at_threshold(output, gold, fitted.value, fallback),
    )


def _risk_coverage_of(output: ModelOutput, gold: Sequence[str], fallback: str | None) -> list[RiskPoint]:
    assert output.confidence is not None
    given = np.array([label != fallback for label in output.labels], dtype=bool)
    wrong = np.array([g != p for g, p in zip(gold, output.labels, strict=True)], dtype=bool)
    return risk_coverage(output.confidence[given], wrong[given], len(gold))


def _at_threshold(output: ModelOutput, gold: Sequence[str], threshold: float, fallback: str | None) -> AtThreshold:
    assert output.confidence is not None
    given = [
        label != fallback and row_confidence >= threshold
        for label, row_confidence in zip(output.labels, output.confidence.tolist(), strict=True)
    ]
    right = [g == p for g, p in zip(gold, output.labels, strict=True)]
    wrong = sum(not ok for ok, kept in zip(right, given, strict=True) if kept)
    answered = sum(given)
    routed = sum(ok if kept else label == fallback for ok, kept, label in zip(right, given, gold, strict=True))
    return AtThreshold(
        answered=measured_proportion(answered, len(gold)),
        risk=proportion(wrong, answered, "no rows are answered"),
        accuracy=measured_proportion(routed, len(gold)) if fallback else NotMeasured("the task has no fallback label"),
    )
