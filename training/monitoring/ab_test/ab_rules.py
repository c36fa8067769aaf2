"""What follows from two variants in production, by the thresholds with which `decide` compares runs."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.core.result import NotMeasured
from winnow.training.monitoring.ab_test.ab_facts import AbRating
from winnow.training.monitoring.rules import (
    COLLECT,
    DEPLOY,
    DONT_DEPLOY,
    GAIN,
    HOLDS,
    DecisionRule,
    RuleCondition,
    SourcedValue,
)

MIN_UNITS = 30
"""Units of each variant below which nothing is concluded: the bootstrap interval of so few is too narrow."""


@dataclass(frozen=True)
class AbRuleInputs:
    """What the rules read."""

    units: int
    """Units of the smaller variant."""
    gain: float
    gain_high: float
    """Upper end of the interval of the gain."""
    p_value: float
    rating: AbRating | NotMeasured
    level: float
    """The p-value below which this look is significant."""
    source: str
    """Where the values come from."""


@dataclass(frozen=True)
class AbDecision:
    """The rules, and what follows from them."""

    rules: list[DecisionRule]
    action: str
    """`deploy`, `keep` or `collect`."""
    reason: str


def decide_ab(values: AbRuleInputs) -> AbDecision:
    """Apply the rules. Too few units decide nothing, and a rule against the candidate outweighs its gain."""
    rules = _rules(values)
    held = {rule.advice: rule.text for rule in reversed(rules) if rule.verdict == HOLDS}
    if COLLECT in held:
        return AbDecision(rules, "collect", held[COLLECT])
    if DONT_DEPLOY in held:
        return AbDecision(rules, "keep", held[DONT_DEPLOY])
    if DEPLOY in held:
        return AbDecision(rules, "deploy", held[DEPLOY])
    return AbDecision(rules, "collect", "neither a gain nor its absence is shown yet")


def _rules(values: AbRuleInputs) -> list[DecisionRule]:
    gain, p_value = SourcedValue(values.gain, values.source), SourcedValue(values.p_value, values.source)
    significant = RuleCondition("p-value", p_value, "below", values.level)
    return [
        DecisionRule("few_units", COLLECT, (_below("units", SourcedValue(values.units, values.source), MIN_UNITS),)),
        DecisionRule("significant_gain", DEPLOY, (_at_least("gain", gain, GAIN), significant)),
        DecisionRule("significant_loss", DONT_DEPLOY, (_below("gain", gain, 0), significant)),
        DecisionRule(
            "gain_too_small",
            DONT_DEPLOY,
            (_below("gain at most", SourcedValue(values.gain_high, values.source), GAIN),),
        ),
        DecisionRule("lower_ratings", DONT_DEPLOY, _lower_ratings(values)),
    ]


def _lower_ratings(values: AbRuleInputs) -> tuple[RuleCondition, ...]:
    rating = values.rating
    higher: float | NotMeasured
    if isinstance(rating, NotMeasured):
        higher, p_value = rating, SourcedValue(rating, "")
    else:
        superiority = rating.superiority
        higher = superiority if isinstance(superiority, NotMeasured) else superiority.value
        p_value = SourcedValue(rating.p_value, values.source)
    return (
        _below("probability of a higher rating", SourcedValue(higher, values.source), 0.5),
        RuleCondition("p-value of ratings", p_value, "below", values.level),
    )


def _at_least(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "at least", threshold)


def _below(what: str, measured: SourcedValue, threshold: float) -> RuleCondition:
    return RuleCondition(what, measured, "below", threshold)
