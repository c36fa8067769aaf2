"""The decision rules: each with its measured values, its thresholds and where the values come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winnow.core.result import NotMeasured

BASELINE_ENOUGH = 0.95
"""Accuracy of what answers today, from which on training is not worth its upkeep."""


FEW_QUERIES = 10.0
"""A day: below, people answer them in less time than a model takes to keep."""


FEW_EXAMPLES = 500
"""Labeled records: with fewer, more of them help more than any method does."""


CLEAR_GAIN = 0.10
"""Of accuracy: worth a deployment whatever else."""


GAIN = 0.05
"""Of accuracy: worth a deployment where the model is faster too, or the gain is more than chance."""


FASTER = 1.5


SIGNIFICANT = 0.05


MAX_ACCURACY_LOSS = 0.05
"""Of accuracy since the evaluation it was deployed by."""


NEW_RECORDS = 1000


NEW_RECORDS_MONTHS = 6


OLD_MONTHS = 12


COLLECT, DONT_TRAIN, DEPLOY, DONT_DEPLOY, RETRAIN = "collect", "don't train", "deploy", "don't deploy", "retrain"
"""What follows from a rule that holds."""


HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not_measured"


BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "at least": lambda measured, threshold: measured >= threshold - TINY,
    "below": lambda measured, threshold: measured < threshold - TINY,
}


TINY = 1e-9
"""Shares are quotients: 0.95 - 0.90 is a hair below 0.05."""


@dataclass(frozen=True)
class SourcedValue:
    """A number and where it comes from."""

    value: float | NotMeasured
    source: str

    @property
    def text(self) -> str:
        """The number alone."""
        value = self.value
        if isinstance(value, NotMeasured):
            return "not measured"
        return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"


@dataclass(frozen=True)
class RuleCondition:
    """One figure against one threshold."""

    what: str
    measured: SourcedValue
    bound: str
    """`at least` or `below`."""
    threshold: float

    @property
    def holds(self) -> bool | None:
        """None where the figure is missing."""
        value = self.measured.value
        return None if isinstance(value, NotMeasured) else BOUNDS[self.bound](value, self.threshold)

    @property
    def text(self) -> str:
        """The figure and the threshold."""
        return f"{self.what} {self.measured.text} ({self.bound} {self.threshold:g})"

    def json(self) -> dict[str, Any]:
        """For a report."""
        value = self.measured.value
        measured = value.json() if isinstance(value, NotMeasured) else value
        values = {"what": self.what, "measured": measured, "bound": self.bound, "threshold": self.threshold}
        return {**values, "source": self.measured.source}


@dataclass(frozen=True)
class DecisionRule:
    """It holds when all its conditions do."""

    name: str
    advice: str
    """What follows when it holds."""
    conditions: tuple[RuleCondition, ...]

    @property
    def verdict(self) -> str:
        """`holds`, `does not hold` or `not_measured`."""
        found = [one.holds for one in self.conditions]
        return FAILS if False in found else UNKNOWN if None in found else HOLDS

    @property
    def text(self) -> str:
        """The rule with its numbers."""
        return f"{self.name}: " + ", ".join(one.text for one in self.conditions)

    def json(self) -> dict[str, Any]:
        """For a report."""
        values = {"rule": self.name, "advice": self.advice, "verdict": self.verdict}
        return {**values, "conditions": [one.json() for one in self.conditions]}


@dataclass(frozen=True)
class RuleInputs:
    """Everything that the rules read."""

    baseline_accuracy: SourcedValue
    queries_per_day: SourcedValue
    examples: SourcedValue
    accuracy_gain: SourcedValue
    """Accuracy of the candidate minus that of the baseline, on the rows that both answered."""
    p_value: SourcedValue
    speedup: SourcedValue
    """Seconds of one query: the baseline's by the candidate's."""
    goals_missed: SourcedValue
    must_pass_failed: SourcedValue
    accuracy_loss: SourcedValue
    """Accuracy that the deployed run lost since it was measured on its own release."""
    new_records: SourcedValue
    months_since_training: SourcedValue
    """Since the deployed run was trained."""


def apply_rules(values: RuleInputs) -> list[DecisionRule]:
    """Every rule on these figures; of those with one advice the first that holds speaks for it."""
    gained, months_since_training = "accuracy gained", "months since the deployed run was trained"
    accuracy_gain = _at_least(gained, values.accuracy_gain, GAIN)
    return [
        DecisionRule(
            "baseline_is_enough", DONT_TRAIN, (_at_least("accuracy", values.baseline_accuracy, BASELINE_ENOUGH),)
        ),
        DecisionRule("little_traffic", DONT_TRAIN, (_below("queries a day", values.queries_per_day, FEW_QUERIES),)),
        DecisionRule("few_examples", COLLECT, (_below("labeled records", values.examples, FEW_EXAMPLES),)),
        DecisionRule("clear_gain", DEPLOY, (_at_least(gained, values.accuracy_gain, CLEAR_GAIN),)),
        DecisionRule("gain_and_faster", DEPLOY, (accuracy_gain, _at_least("times as fast", values.speedup, FASTER))),
        DecisionRule(
            "gain_beyond_chance", DEPLOY, (accuracy_gain, _below("p, McNemar exact", values.p_value, SIGNIFICANT))
        ),
        DecisionRule("goals_missed", DONT_DEPLOY, (_at_least("goals not met", values.goals_missed, 1),)),
        DecisionRule(
            "must_pass_cases_failed", DONT_DEPLOY, (_at_least("pinned cases failed", values.must_pass_failed, 1),)
        ),
        DecisionRule(
            "accuracy_lost",
            RETRAIN,
            (_at_least("accuracy lost since deployed", values.accuracy_loss, MAX_ACCURACY_LOSS),),
        ),
        DecisionRule(
            "many_new_records",
            RETRAIN,
            (
                _at_least("new records", values.new_records, NEW_RECORDS),
                _at_least(months_since_training, values.months_since_training, NEW_RECORDS_MONTHS),
            ),
        ),
        DecisionRule("old", RETRAIN, (_at_least(months_since_training, values.months_since_training, OLD_MONTHS),)),
    ]


def _at_least(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "at least", threshold)


def _below(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "below", threshold)
