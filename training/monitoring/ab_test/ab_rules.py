"""What follows from two variants in production, by the thresholds with which `decide` compares runs."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.config.decision_rules import DEFAULT_RULES
from winnow.core.decision_vocabulary import NextAction, RuleAdvice
from winnow.core.result import NotMeasured
from winnow.training.monitoring.ab_test.ab_facts import AbRating
from winnow.training.monitoring.rule_conditions import (
    DecisionRule,
    RuleCondition,
    SourcedValue,
    at_least,
    below,
    held_rules,
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
    stay_below: float = DEFAULT_RULES.stay_below
    """The gain that is too small to change anything."""


@dataclass(frozen=True)
class AbDecision:
    """The rules, and what follows from them."""

    rules: list[DecisionRule]
    action: NextAction
    """`deploy`, `keep` or `collect`."""
    reason: str


ACTIONS = {
    RuleAdvice.COLLECT: NextAction.COLLECT,
    RuleAdvice.DONT_DEPLOY: NextAction.KEEP,
    RuleAdvice.DEPLOY: NextAction.DEPLOY,
}
"""What follows from a rule that holds, the decisive one first."""


def decide_ab(values: AbRuleInputs) -> AbDecision:
    """Apply the rules. Too few units decide nothing, and a rule against the candidate outweighs its gain."""
    rules = _rules(values)
    held = held_rules(rules)
    for advice, action in ACTIONS.items():
        if advice in held:
            return AbDecision(rules, action, held[advice])
    return AbDecision(rules, NextAction.COLLECT, "neither a gain nor its absence is shown yet")


def _rules(values: AbRuleInputs) -> list[DecisionRule]:
    gain, p_value = SourcedValue(values.gain, values.source), SourcedValue(values.p_value, values.source)
    significant = RuleCondition("p-value", p_value, "below", values.level)
    return [
        DecisionRule(
            "few_units", RuleAdvice.COLLECT, (below("units", SourcedValue(values.units, values.source), MIN_UNITS),)
        ),
        DecisionRule("significant_gain", RuleAdvice.DEPLOY, (at_least("gain", gain, values.stay_below), significant)),
        DecisionRule("significant_loss", RuleAdvice.DONT_DEPLOY, (below("gain", gain, 0), significant)),
        DecisionRule(
            "gain_too_small",
            RuleAdvice.DONT_DEPLOY,
            (below("gain at most", SourcedValue(values.gain_high, values.source), values.stay_below),),
        ),
        DecisionRule("lower_ratings", RuleAdvice.DONT_DEPLOY, _lower_ratings(values)),
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
        below("probability of a higher rating", SourcedValue(higher, values.source), 0.5),
        RuleCondition("p-value of ratings", p_value, "below", values.level),
    )
