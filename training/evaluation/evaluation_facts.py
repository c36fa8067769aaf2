"""What an evaluation measures on one split: the records behind `evaluation/SPLIT.json` and `evaluate --json`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from winnow.core.model_vocabulary import GoalStatus
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Difference, Measure, Measured, NotMeasured
from winnow.core.vocabulary import Split
from winnow.training.evaluation.confidence_facts import Calibration, OutOfScope, SelectivePrediction
from winnow.training.evaluation.rows_of_sources import RowsOfSources

Bounds = tuple[float, float]
"""Lower and upper end of a 95 % interval."""


class ClassMeasures(Record):
    """Recall, precision and F1 of one class."""

    rows: int
    """Rows of this class."""
    recall: float | NotMeasured
    """Share of its rows that are predicted as this class."""
    recall_interval: Bounds | NotMeasured
    """95 % interval of the recall."""
    precision: float | NotMeasured
    """Share of the predictions of this class that are right."""
    precision_interval: Bounds | NotMeasured
    """95 % interval of the precision."""
    f1: float | NotMeasured
    """Harmonic mean of recall and precision, 0 to 1."""


class _NamedLabel(Record):
    label: str
    """Name of the label."""


class LabelMeasures(ClassMeasures, _NamedLabel):
    """Recall, precision and F1 of one label; its name comes first."""


class _NamedRoute(Record):
    route: str
    """Name of the route, or of a label without one."""


class RouteMeasures(ClassMeasures, _NamedRoute):
    """Recall, precision and F1 of one route; its name comes first."""


class ErrorCount(Record):
    """How often one label is predicted in place of another."""

    gold: str
    """The gold label."""
    predicted: str
    """The label that is predicted instead."""
    count: int
    """Rows of the split on which it happens."""


class Routes(Record):
    """Measures by route: an error between two labels of one route still reaches the right agent."""

    accuracy: Measured
    """Share of the rows that reach the right route."""
    per_route: list[RouteMeasures]
    """Every route, in the order of the task."""


class SimilarityBin(Record):
    """Accuracy of the rows whose nearest train record is about as similar, with its 95 % interval."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_: float = Field(validation_alias="from", serialization_alias="from")
    """Lowest cosine of the bin."""
    to: float
    """Highest cosine of the bin."""
    value: float
    """Share of the rows that are predicted correctly."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""
    rows: int
    """Rows of the bin."""


class Slice(Record):
    """The rows that share a property, compared with all other rows."""

    slice: str
    """The property: a facet of the wording, `origin`, or `similarity to train`."""
    value: str
    """Its value."""
    rows: int
    """Rows of the slice."""
    accuracy: Measured
    """Share of them that are predicted correctly."""
    elsewhere: Measured | NotMeasured
    """The same among all other rows."""
    rows_lost: float
    """Errors beyond those that the accuracy of the other rows would give."""
    p_value: Annotated[float | None, ABSENT_IF_NONE] = None
    """p-value of Fisher's exact test, not adjusted; absent for slices that are too small."""
    p_adjusted: Annotated[float | None, ABSENT_IF_NONE] = None
    """p-value adjusted for the number of tested slices (Holm); absent like `p_value`."""
    differs: bool | NotMeasured
    """Whether the adjusted p-value is below 0.05."""


class RowsNeeded(Record):
    """How many rows a verdict on a goal needs."""

    if_no_error: Annotated[int | NotMeasured | None, ABSENT_IF_NONE] = None
    """Fewest rows that prove the goal when all are right; absent for macro-F1."""
    at_this_rate: Annotated[int | NotMeasured | None, ABSENT_IF_NONE] = None
    """About how many rows allow a verdict if the measured rate stays the same; absent for a macro-F1 of 1."""


class GoalVerdict(Record):
    """A goal of the task, and whether the run meets it."""

    goal: str
    """The measure, such as `accuracy` or `recall.LABEL`."""
    wanted: float
    """The value that the task file asks for: a share from 0 to 1, or a value in `unit`."""
    measured: float | NotMeasured
    """The measured value, in the same unit."""
    low: Annotated[float | None, ABSENT_IF_NONE] = None
    """Lower one-sided 95 % confidence bound; absent without rows, and for values with a unit."""
    high: Annotated[float | None, ABSENT_IF_NONE] = None
    """Upper one-sided 95 % confidence bound; absent like `low`."""
    rows: int
    """Rows that count towards the goal; of a value with a unit, the queries that were timed."""
    verdict: GoalStatus
    """Verdict of an exact one-sided test at 5 %; of a value with a unit, of its comparison."""
    rows_needed: RowsNeeded | int | NotMeasured
    """How many rows a verdict needs."""
    note: Annotated[str | None, ABSENT_IF_NONE] = None
    """What limits the verdict, or how a value with a unit was measured; absent when there is nothing to say."""
    unit: Annotated[str | None, ABSENT_IF_NONE] = None
    """Unit of the value, such as `ms`; absent for a share."""

    @property
    def figure(self) -> Measure:
        """The measured share between its one-sided bounds."""
        if isinstance(self.measured, NotMeasured):
            return self.measured
        if self.low is None or self.high is None:
            return NotMeasured("it is no share of rows")
        return Measured(self.measured, self.low, self.high, self.rows)

    def with_unit(self, value: float) -> str:
        """A value of the goal as text: in its unit, or as the share that it is."""
        if self.unit is None:
            return f"{value:g}"
        return f"{value:,.0f} {self.unit}" if value >= 100 else f"{value:.3g} {self.unit}"

    @property
    def rows_at_this_rate(self) -> int | None:
        """About how many rows would allow a verdict, where these did not and the number is known."""
        needed = self.rows_needed.at_this_rate if isinstance(self.rows_needed, RowsNeeded) else None
        undecided = self.verdict == GoalStatus.NOT_ENOUGH_EVIDENCE
        return needed if undecided and isinstance(needed, int) else None


class MustPassFailure(Record):
    """A must-pass case that the run answers wrongly."""

    text: str
    """The text of the case."""
    label: str
    """The right label."""
    predicted: str
    """The label that is predicted instead."""
    confidence: float | NotMeasured
    """Confidence of the prediction, 0 to 1."""
    repeats_train: bool
    """Whether train contains the text, exactly or nearly."""


class MustPass(Record):
    """The must-pass cases of the release."""

    status: Literal["measured"] = "measured"
    """Tells this record from one that was not measured."""
    cases: int
    """Number of cases."""
    passed: int
    """Cases that are answered correctly."""
    repeats_train: Measured | NotMeasured
    """Share of the cases that train repeats that are answered correctly."""
    new_to_train: Measured | NotMeasured
    """The same among the other cases."""
    failures: list[MustPassFailure]
    """Every case that is answered wrongly."""


class QuerySpeed(Record):
    """How fast queries are predicted."""

    p50_seconds: float
    """Median duration of one query, in seconds."""
    p95_seconds: float
    """95 % quantile of the same."""
    single_queries: int
    """Queries that were timed one at a time."""
    queries_per_second: float
    """Queries per second when all are predicted together: the median of the rounds."""
    bulk_queries: int
    """Queries of one round."""


class Latency(QuerySpeed):
    """Speed and memory of a run, measured in a process of its own."""

    tokens_per_second: Annotated[float | None, ABSENT_IF_NONE] = None
    """Tokens of answers that are generated per second when all are asked together; absent for labels."""
    load_seconds: float
    """Seconds until the first query was answered, the model's loading included."""
    peak_memory_bytes: int
    """Peak memory of the process, in bytes."""
    machine: str
    """Architecture of the processor."""
    cores: int | None
    """Number of processor cores."""
    node: str
    """Name of the computer."""
    load_average: float
    """One-minute load average before the measurement."""
    busy: bool
    """Whether other processes probably disturbed the measurement."""
    at: str
    """UTC time of the measurement, in ISO 8601."""


class LearningPoint(Record):
    """The method trained on a part of train and measured on validation."""

    share: float
    """Share of every label's train groups, 0 to 1."""
    train_rows: int
    """Train rows of these groups."""
    groups: int
    """Number of groups."""
    accuracy: Measured
    """Accuracy on validation."""
    macro_f1: Measured | NotMeasured
    """Macro-F1 on validation."""
    selection: Annotated[Measured | NotMeasured | None, ABSENT_IF_NONE] = None
    """For tool calls: tool selection on validation; absent for labels."""
    seconds: float
    """Duration of the training, in seconds."""


class LearningCurve(Record):
    """Accuracy by the size of train."""

    split: Split
    """The split that the points are measured on: always validation."""
    points: list[LearningPoint]
    """The points that were measured so far, the smallest share first."""
    gain_of_doubling: Difference | NotMeasured
    """Accuracy with all of train minus accuracy with half of it."""


class EvaluatedSplit(Record):
    """Which run was measured, and on what."""

    run: str
    """Id of the run."""
    split: Split
    """The split that the run is measured on."""
    fitted_on: str
    """The split that the temperature and the thresholds were fitted on."""


class HeadlineMeasures(Record):
    """What is measured from the labels alone, without confidence."""

    rows: int
    """Rows of the split."""
    accuracy: float
    """Share of the rows that are predicted correctly."""
    in_scope_accuracy: float | NotMeasured
    """The same among rows whose gold label is not the fallback."""
    macro_f1: float | NotMeasured
    """Mean F1 of the labels that have rows, 0 to 1."""
    intervals: dict[str, Bounds]
    """95 % interval of each of the three figures above that was measured."""
    per_label: list[LabelMeasures]
    """Every label, in the order of the class ids."""
    confused_pairs: list[ErrorCount]
    """Every error, the most frequent first."""


class SplitMeasures(HeadlineMeasures):
    """What is measured from the rows of a split and the predictions for them."""

    routes: Routes | NotMeasured
    """Measures by route."""
    out_of_scope: OutOfScope | NotMeasured
    """How well queries that belong to no label are recognized."""
    calibration_error: float | NotMeasured
    """Expected calibration error, 0 to 1."""
    calibration: Calibration | NotMeasured
    """How well confidence agrees with accuracy."""
    selective: SelectivePrediction | NotMeasured
    """Risk and coverage when the least confident queries go to the fallback."""
    by_similarity_to_train: list[SimilarityBin]
    """Accuracy by cosine to the nearest train record."""
    slices: list[Slice]
    """Every slice, those that lose the most rows first."""


class EvaluationFacts(SplitMeasures, EvaluatedSplit, RowsOfSources):
    """A run measured on one split of its release."""

    goals: list[GoalVerdict]
    """Every goal with its verdict."""
    must_pass: MustPass | NotMeasured
    """The must-pass cases."""
    not_answered: dict[str, int]
    """Rows without a readable answer, by reason."""
    latency: Latency | NotMeasured
    """Speed and memory."""
    learning_curve: LearningCurve | NotMeasured
    """Accuracy by the size of train."""

    @property
    def population(self) -> str:
        """On how many rows the figures are, of how many of the sources, and why the others are missing."""
        return self.population_of(self.rows)

    @property
    def has_errors(self) -> bool:
        """Whether any row is predicted wrongly."""
        return bool(self.confused_pairs)
