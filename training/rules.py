"""The rules by which a team decides: each with its figures, its thresholds and where the figures come from.

A rule of which a figure is missing fails by the others where they suffice, and is `not_measured` where they do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from curation.estimates import NotMeasured

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
LOSS = 0.05
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
class Figure:
    """A number and where it comes from."""

    value: float | NotMeasured
    source: str

    @property
    def words(self) -> str:
        """The number alone."""
        value = self.value
        if isinstance(value, NotMeasured):
            return "not measured"
        return f"{value:,.0f}" if value == round(value) else f"{value:.4g}"


@dataclass(frozen=True)
class Condition:
    """One figure against one threshold."""

    what: str
    figure: Figure
    bound: str
    """`at least` or `below`."""
    threshold: float

    @property
    def holds(self) -> bool | None:
        """None where the figure is missing."""
        value = self.figure.value
        return None if isinstance(value, NotMeasured) else BOUNDS[self.bound](value, self.threshold)

    @property
    def words(self) -> str:
        """The figure and the threshold."""
        return f"{self.what} {self.figure.words} ({self.bound} {self.threshold:g})"

    def json(self) -> dict[str, Any]:
        """For a report."""
        value = self.figure.value
        measured = value.json() if isinstance(value, NotMeasured) else value
        told = {"what": self.what, "measured": measured, "bound": self.bound, "threshold": self.threshold}
        return {**told, "source": self.figure.source}


@dataclass(frozen=True)
class Rule:
    """It holds when all its conditions do."""

    name: str
    advice: str
    """What follows when it holds."""
    conditions: tuple[Condition, ...]

    @property
    def verdict(self) -> str:
        """`holds`, `does not hold` or `not_measured`."""
        found = [one.holds for one in self.conditions]
        return FAILS if False in found else UNKNOWN if None in found else HOLDS

    @property
    def words(self) -> str:
        """The rule with its numbers."""
        return f"{self.name}: " + ", ".join(one.words for one in self.conditions)

    def json(self) -> dict[str, Any]:
        """For a report."""
        told = {"rule": self.name, "advice": self.advice, "verdict": self.verdict}
        return {**told, "conditions": [one.json() for one in self.conditions]}


@dataclass(frozen=True)
class Figures:
    """Everything that the rules read."""

    baseline_accuracy: Figure
    queries_per_day: Figure
    examples: Figure
    gain: Figure
    """Accuracy of the candidate minus that of the baseline, on the rows that both answered."""
    p_value: Figure
    speed: Figure
    """Seconds of one query: the baseline's by the candidate's."""
    goals_missed: Figure
    pinned_failed: Figure
    loss: Figure
    """Accuracy that the deployed run lost since it was measured on its own release."""
    new_records: Figure
    months: Figure
    """Since the deployed run was trained."""


def rules(told: Figures) -> list[Rule]:
    """Every rule on these figures; of those with one advice the first that holds speaks for it."""
    gained, months = "accuracy gained", "months since the deployed run was trained"
    gain = _least(gained, told.gain, GAIN)
    return [
        Rule("baseline_is_enough", DONT_TRAIN, (_least("accuracy", told.baseline_accuracy, BASELINE_ENOUGH),)),
        Rule("little_traffic", DONT_TRAIN, (_below("queries a day", told.queries_per_day, FEW_QUERIES),)),
        Rule("few_examples", COLLECT, (_below("labeled records", told.examples, FEW_EXAMPLES),)),
        Rule("clear_gain", DEPLOY, (_least(gained, told.gain, CLEAR_GAIN),)),
        Rule("gain_and_faster", DEPLOY, (gain, _least("times as fast", told.speed, FASTER))),
        Rule("gain_beyond_chance", DEPLOY, (gain, _below("p, McNemar exact", told.p_value, SIGNIFICANT))),
        Rule("goals_missed", DONT_DEPLOY, (_least("goals not met", told.goals_missed, 1),)),
        Rule("pinned_cases_failed", DONT_DEPLOY, (_least("pinned cases failed", told.pinned_failed, 1),)),
        Rule("accuracy_lost", RETRAIN, (_least("accuracy lost since deployed", told.loss, LOSS),)),
        Rule(
            "many_new_records",
            RETRAIN,
            (_least("new records", told.new_records, NEW_RECORDS), _least(months, told.months, NEW_RECORDS_MONTHS)),
        ),
        Rule("old", RETRAIN, (_least(months, told.months, OLD_MONTHS),)),
    ]


def _least(what: str, figure: Figure, threshold: float) -> Condition:
    return Condition(what, figure, "at least", threshold)


def _below(what: str, figure: Figure, threshold: float) -> Condition:
    return Condition(what, figure, "below", threshold)
