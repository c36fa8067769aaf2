"""Judge a log of two variants: compare them, apply the rules, say how much more traffic is needed."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.decision_rules import DEFAULT_RULES, DecisionRulesConfig
from winnow.core.decision_vocabulary import EXIT_CODES, NextAction
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.production_vocabulary import AbDesign
from winnow.core.result import NotMeasured
from winnow.training.monitoring.ab_test.ab_facts import AbMoreTraffic, AbTestFacts, AbVariant
from winnow.training.monitoring.ab_test.ab_log import AbLog, AbRow, variants_of
from winnow.training.monitoring.ab_test.ab_rules import MIN_UNITS, AbRuleInputs, decide_ab
from winnow.training.monitoring.ab_test.ab_units import AbUnits, Values, units_of
from winnow.training.monitoring.ab_test.compare_variants import (
    VariantDifference,
    compare_outcomes,
    compare_ratings,
    success_of,
    unit_variance,
)
from winnow.validators.stats.repeated_looks import level_of_look, units_needed
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

SECONDS_PER_DAY = 86_400


def judge_ab_log(
    log: AbLog, *, baseline: str, look: int, thresholds: DecisionRulesConfig = DEFAULT_RULES
) -> AbTestFacts:
    """Compare the two variants of a log and say what follows; `look` is how often the log was looked at.

    Raises WinnowError unless there are two variants, of which one is the baseline, and both have units to compare.
    """
    counts = variants_of(log)
    if baseline not in counts:
        raise WinnowError(
            Problem(Parameter("baseline"), f"{baseline!r} is no variant of {log.name}", " or ".join(sorted(counts)))
        )
    (candidate,) = set(counts) - {baseline}
    units = units_of(log.rows, baseline)
    if not units.outcomes.are_measured:
        found = "every unit of one variant also got the other one"
        raise WinnowError(Problem(log.name, found, "units that got one variant, or more units that got both"))
    found_gain, rating, level = compare_outcomes(units), compare_ratings(units), level_of_look(look)
    decision = decide_ab(
        AbRuleInputs(
            units=_smaller(units),
            gain=found_gain.gain.difference,
            gain_high=found_gain.gain.high,
            p_value=found_gain.p_value,
            rating=rating,
            level=level,
            source=log.name,
            stay_below=thresholds.stay_below,
        )
    )
    is_open = decision.action is NextAction.COLLECT
    more = (
        _more_traffic(units, found_gain, log.rows, look, small=thresholds.stay_below)
        if is_open
        else NotMeasured("decided")
    )
    return AbTestFacts(
        file=log.name,
        sha256=log.sha256,
        unit=units.unit,
        design=units.design,
        baseline=_variant(baseline, counts[baseline], units.outcomes.baseline),
        candidate=_variant(candidate, counts[candidate], units.outcomes.candidate),
        gain=found_gain.gain,
        test=found_gain.test,
        p_value=found_gain.p_value,
        rating=rating,
        look=look,
        level=level,
        rules=[rule.facts() for rule in decision.rules],
        recommended_action=decision.action,
        exit_code=EXIT_CODES[decision.action],
        reason=decision.reason,
        more_traffic=more,
        left_out=log.left_out,
        units_left_out=units.left_out,
        rows_without_name=units.without_name,
    )


def _variant(name: str, rows: int, values: Values) -> AbVariant:
    return AbVariant(name=name, rows=rows, units=len(values), success=success_of(values))


def _smaller(units: AbUnits) -> int:
    return min(len(units.outcomes.baseline), len(units.outcomes.candidate))


def _more_traffic(
    units: AbUnits, found: VariantDifference, rows: Sequence[AbRow], look: int, *, small: float
) -> AbMoreTraffic:
    """Further units that show the observed gain at the next look; or, if it is too small, that it is."""
    gain, variance, have = found.gain.difference, unit_variance(units), _smaller(units)
    if gain >= small:
        shows, needed = "that there is a gain", units_needed(gain, variance, level=level_of_look(look + 1))
    else:
        shows = f"that the gain is below {100 * small:g} points"
        needed = units_needed(small - gain, variance, level=SIGNIFICANCE_LEVEL)
    if needed is None:
        return AbMoreTraffic(units=NotMeasured("at this rate no number of units is enough"), shows=shows)
    further = max(needed, MIN_UNITS, have + 1) - have
    return AbMoreTraffic(units=further, days=_days(further, units, rows), shows=shows)


def _days(further: int, units: AbUnits, rows: Sequence[AbRow]) -> float | None:
    """Days that further units take at the rate of the log; None where its rows have no time."""
    times = [row.time for row in rows if row.time is not None]
    span = (max(times) - min(times)) / SECONDS_PER_DAY if len(times) == len(rows) else 0.0
    have = _smaller(units) if units.design is AbDesign.INDEPENDENT else len(units.outcomes.baseline)
    return round(further * span / have, 1) if span > 0 else None
