"""The decision rules: each with its measured values, its thresholds and where the values come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winnow.core.record import Record
from winnow.core.result import NotMeasured

BASELINE_ENOUGH = 0.95
"""Baseline accuracy from which a trained model is not worth its maintenance cost."""

FEW_QUERIES = 10.0
"""Queries per day below which answering them by hand takes less time than maintaining a model."""

FEW_RECORDS = 500
"""Labeled records below which labeling more helps more than any training method."""

CLEAR_GAIN = 0.10
"""Gain in accuracy that justifies a deployment on its own."""

GAIN = 0.05
"""Gain in accuracy that justifies a deployment if the model is also faster, or the gain is significant."""

FASTER = 1.5
"""Speedup that counts as faster."""

SIGNIFICANT = 0.05
"""p-value below which a gain counts as significant."""

MAX_ACCURACY_LOSS = 0.05
"""Loss of accuracy on newer data from which a deployed run is retrained."""

NEW_RECORDS = 1000
"""New labeled records that justify retraining after NEW_RECORDS_MONTHS."""

NEW_RECORDS_MONTHS = 6

OLD_MONTHS = 12
"""Months after which a run is retrained in any case."""

COLLECT, DONT_TRAIN, DEPLOY, DONT_DEPLOY, RETRAIN = "collect", "don't train", "deploy", "don't deploy", "retrain"
"""The advice of a rule that holds."""

HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not_measured"

BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "at least": lambda measured, threshold: measured >= threshold - TINY,
    "below": lambda measured, threshold: measured < threshold - TINY,
}

TINY = 1e-9
"""Tolerance for rounding: in floating point, 0.95 - 0.90 is slightly below 0.05."""


@dataclass(frozen=True)
class SourcedValue:
    """A number and where it comes from."""

    value: float | NotMeasured
    source: str

    @property
    def text(self) -> str:
        """The value without its source."""
        value = self.value
        if isinstance(value, NotMeasured):
            return "not measured"
        return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"


class ConditionFacts(Record):
    """One measured value compared with one threshold."""

    what: str
    """What was measured."""
    measured: int | float | NotMeasured
    """The value, in its own unit; a share is 0 to 1."""
    bound: str
    """How the value is compared: `at least` or `below`."""
    threshold: float
    """The threshold, in the unit of the value."""
    source: str
    """Where the value comes from."""


class RuleFacts(Record):
    """A rule, which holds when all its conditions hold."""

    rule: str
    """Name of the rule."""
    advice: str
    """The advice when it holds."""
    verdict: str
    """`holds`, `does not hold` or `not_measured`."""
    conditions: list[ConditionFacts]
    """The conditions with their measured values."""


@dataclass(frozen=True)
class RuleCondition:
    """One measured value compared with one threshold."""

    what: str
    measured: SourcedValue
    bound: str
    """`at least` or `below`."""
    threshold: float

    @property
    def holds(self) -> bool | None:
        """None when the value was not measured."""
        value = self.measured.value
        return None if isinstance(value, NotMeasured) else BOUNDS[self.bound](value, self.threshold)

    @property
    def text(self) -> str:
        """The value and the threshold."""
        return f"{self.what} {self.measured.text} ({self.bound} {self.threshold:g})"

    def facts(self) -> ConditionFacts:
        """The condition as a record."""
        return ConditionFacts(
            what=self.what,
            measured=self.measured.value,
            bound=self.bound,
            threshold=self.threshold,
            source=self.measured.source,
        )


@dataclass(frozen=True)
class DecisionRule:
    """A rule holds when all its conditions hold."""

    name: str
    advice: str
    """The advice when it holds."""
    conditions: tuple[RuleCondition, ...]

    @property
    def verdict(self) -> str:
        """`holds`, `does not hold` or `not_measured`."""
        found = [one.holds for one in self.conditions]
        return FAILS if False in found else UNKNOWN if None in found else HOLDS

    @property
    def text(self) -> str:
        """The rule with its measured values."""
        return f"{self.name}: " + ", ".join(one.text for one in self.conditions)

    def facts(self) -> RuleFacts:
        """The rule and its verdict as a record."""
        conditions = [one.facts() for one in self.conditions]
        return RuleFacts(rule=self.name, advice=self.advice, verdict=self.verdict, conditions=conditions)


@dataclass(frozen=True)
class RuleInputs:
    """The inputs of the rules."""

    baseline_accuracy: SourcedValue
    queries_per_day: SourcedValue
    labeled_records: SourcedValue
    accuracy_gain: SourcedValue
    """Accuracy of the candidate minus that of the baseline, on the rows that both predicted."""
    p_value: SourcedValue
    speedup: SourcedValue
    """Seconds per query of the baseline divided by those of the candidate."""
    goals_missed: SourcedValue
    must_pass_failed: SourcedValue
    accuracy_loss: SourcedValue
    """Accuracy of the deployed run on its own release minus that on the newest one."""
    new_records: SourcedValue
    months_since_training: SourcedValue
    """Months since the deployed run was trained."""


def apply_rules(values: RuleInputs) -> list[DecisionRule]:
    """Apply every rule; among rules with the same advice, the first that holds gives the reason."""
    gained, months_since_training = "accuracy gain", "months since training"
    accuracy_gain = _at_least(gained, values.accuracy_gain, GAIN)
    return [
        DecisionRule(
            "baseline_is_enough", DONT_TRAIN, (_at_least("accuracy", values.baseline_accuracy, BASELINE_ENOUGH),)
        ),
        DecisionRule("little_traffic", DONT_TRAIN, (_below("requests per day", values.queries_per_day, FEW_QUERIES),)),
        DecisionRule("few_labeled_records", COLLECT, (_below("labeled records", values.labeled_records, FEW_RECORDS),)),
        DecisionRule("clear_gain", DEPLOY, (_at_least(gained, values.accuracy_gain, CLEAR_GAIN),)),
        DecisionRule("gain_and_faster", DEPLOY, (accuracy_gain, _at_least("speedup", values.speedup, FASTER))),
        DecisionRule(
            "significant_gain", DEPLOY, (accuracy_gain, _below("p-value of the gain", values.p_value, SIGNIFICANT))
        ),
        DecisionRule("goals_missed", DONT_DEPLOY, (_at_least("goals not met", values.goals_missed, 1),)),
        DecisionRule(
            "must_pass_cases_failed", DONT_DEPLOY, (_at_least("must-pass cases failed", values.must_pass_failed, 1),)
        ),
        DecisionRule(
            "accuracy_loss",
            RETRAIN,
            (_at_least("accuracy loss", values.accuracy_loss, MAX_ACCURACY_LOSS),),
        ),
        DecisionRule(
            "many_new_records",
            RETRAIN,
            (
                _at_least("new records", values.new_records, NEW_RECORDS),
                _at_least(months_since_training, values.months_since_training, NEW_RECORDS_MONTHS),
            ),
        ),
        DecisionRule(
            "old_model", RETRAIN, (_at_least(months_since_training, values.months_since_training, OLD_MONTHS),)
        ),
    ]


def _at_least(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "at least", threshold)


def _below(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "below", threshold)
