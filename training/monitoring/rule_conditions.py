"""What a decision rule is made of: measured values, the thresholds they are compared with, and a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winnow.core.decision_vocabulary import RuleAdvice
from winnow.core.record import Record
from winnow.core.result import NotMeasured

HOLDS, FAILS, UNKNOWN = "holds", "does not hold", "not_measured"

TINY = 1e-9
"""Tolerance for rounding: in floating point, 0.95 - 0.90 is slightly below 0.05."""

BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "at least": lambda measured, threshold: measured >= threshold - TINY,
    "above": lambda measured, threshold: measured > threshold + TINY,
    "below": lambda measured, threshold: measured < threshold - TINY,
}


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
    """How the value is compared: `at least`, `above` or `below`."""
    threshold: float
    """The threshold, in the unit of the value."""
    source: str
    """Where the value comes from."""


class RuleFacts(Record):
    """A rule, which holds when all its conditions hold."""

    rule: str
    """Name of the rule."""
    advice: RuleAdvice
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
    """One of BOUNDS."""
    threshold: float

    @property
    def holds(self) -> bool | None:
        """None when the value was not measured."""
        value = self.measured.value
        return None if isinstance(value, NotMeasured) else BOUNDS[self.bound](value, self.threshold)

    @property
    def text(self) -> str:
        """The value and the threshold."""
        return f"{self.what} {self.measured.text} ({self.bound} {self.threshold:,g})"

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
    advice: RuleAdvice
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


def held_rules(rules: list[DecisionRule]) -> dict[RuleAdvice, str]:
    """By advice, the text of the first rule that holds: it gives the reason."""
    return {rule.advice: rule.text for rule in reversed(rules) if rule.verdict == HOLDS}


def at_least(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    """The condition that a value reaches a threshold."""
    return RuleCondition(what, measured, "at least", threshold)


def above(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    """The condition that a value is beyond a threshold."""
    return RuleCondition(what, measured, "above", threshold)


def below(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    """The condition that a value stays below a threshold."""
    return RuleCondition(what, measured, "below", threshold)
