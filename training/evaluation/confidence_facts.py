"""What an evaluation measures about confidence: out-of-scope scores, calibration, selective prediction."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import Split


class FittedValue(Record):
    """A value that was fitted on validation."""

    value: float
    """The value."""
    rows: int
    """Validation rows that it was fitted on."""


class FallbackThreshold(Record):
    """The confidence below which a query should go to the fallback, fitted on validation."""

    value: float
    """The calibrated confidence, 0 to 1."""
    risk: float
    """Share of the validation answers that may be wrong, 0 to 1."""
    rows: int
    """Validation rows that it was fitted on."""
    rule: str
    """How the threshold was chosen."""


class FittedParameters(Record):
    """What is fitted once for every run, on validation."""

    split: Split
    """The split that the parameters were fitted on."""
    rows: int
    """Rows of the split."""
    fallback: str | None
    """The label of queries that belong to no other; null: the task has none."""
    temperature: FittedValue | NotMeasured
    """The temperature that calibrates the probabilities."""
    fallback_threshold: FallbackThreshold | NotMeasured
    """The confidence below which a query should go to the fallback."""
    out_of_scope_thresholds: dict[str, FittedValue] | NotMeasured
    """The threshold of every out-of-scope score, by the name of the score."""


class ScoreAuroc(Record):
    """Area under the ROC curve of a score, rows with the fallback label being the positive ones."""

    value: float
    """The area, 0 to 1."""
    rows: int
    """Rows that it was measured on."""
    low: Annotated[float | None, ABSENT_IF_NONE] = None
    """Lower end of the 95 % interval; absent when it was not measured."""
    high: Annotated[float | None, ABSENT_IF_NONE] = None
    """Upper end of the 95 % interval; absent when it was not measured."""
    interval: Annotated[NotMeasured | None, ABSENT_IF_NONE] = None
    """Why the interval was not measured; absent when it was."""


class ScoreMeasures(Record):
    """What a score achieves when all rows above its threshold go to the fallback."""

    auroc: ScoreAuroc | NotMeasured
    """How well the score separates rows in scope from rows out of scope."""
    threshold: FittedValue | NotMeasured
    """The threshold, fitted on validation."""
    recall: Measured | NotMeasured
    """Share of the rows out of scope that are above the threshold."""
    precision: Measured | NotMeasured
    """Share of the rows above the threshold that are out of scope."""
    in_scope_loss: Measured | NotMeasured
    """Share of the rows in scope that are above the threshold."""


class _ScopeLoss(Record):
    loss: float
    """Share of the validation rows in scope that may be above the threshold, 0 to 1."""


class FirstScoreMeasures(ScoreMeasures, _ScopeLoss):
    """The same for the score that is reported first, after the loss that the threshold allows."""


class OutOfScope(Record):
    """How well queries that belong to no label are recognized."""

    status: Literal["measured"] = "measured"
    """Tells this record from one that was not measured."""
    recall: Measured
    """Share of the rows with the fallback label that are predicted as the fallback."""
    precision: Measured | NotMeasured
    """Share of the predictions of the fallback that are right."""
    at_in_scope_loss: FirstScoreMeasures | NotMeasured
    """The first score at its threshold."""
    by_score: dict[str, ScoreMeasures]
    """Every score at its threshold, by name."""


class ReliabilityBin(Record):
    """The rows whose confidence lies in one interval."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: float = Field(validation_alias="from", serialization_alias="from")
    """Lower edge of the bin."""
    to: float
    """Upper edge of the bin."""
    confidence: float
    """Mean confidence of the rows, 0 to 1."""
    accuracy: Measured
    """Share of the rows that are predicted correctly."""


class ErrorIfCalibrated(Record):
    """The calibration error of a perfectly calibrated model with the same confidences and as many rows."""

    mean: float
    """Mean over 500 samples."""
    high: float
    """95 % quantile of the samples."""


class Calibration(Record):
    """How well confidence agrees with accuracy."""

    bins: list[ReliabilityBin]
    """Every bin that has rows."""
    error: float
    """Expected calibration error, 0 to 1."""
    error_if_calibrated: ErrorIfCalibrated
    """The error that chance alone would explain."""
    temperature: FittedValue | NotMeasured
    """The temperature, fitted on validation."""
    error_after_temperature: float | NotMeasured
    """Expected calibration error at the fitted temperature."""


class RiskPoint(Record):
    """One point of the curve of risk and coverage."""

    threshold: float
    """Lowest confidence at which a query is answered."""
    coverage: float
    """Share of the rows that are answered, 0 to 1."""
    risk: float
    """Share of the answers that are wrong, 0 to 1."""


class AtThreshold(Record):
    """What happens when less confident queries go to the fallback."""

    answered: Measured
    """Share of the rows that are answered."""
    risk: Measured | NotMeasured
    """Share of the answers that are wrong."""
    accuracy: Measured | NotMeasured
    """Share of the rows that end at the right label, the fallback included."""


class SelectivePrediction(Record):
    """Risk and coverage when the least confident queries go to the fallback."""

    curve: list[RiskPoint]
    """At most 60 points, the most confident first."""
    area: float
    """Area under the whole curve."""
    threshold: FallbackThreshold | NotMeasured
    """The threshold, fitted on validation."""
    at_threshold: AtThreshold | NotMeasured
    """The result at the threshold."""
