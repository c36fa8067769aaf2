"""How measures, differences and lots are written: for pages and for the terminal."""

from __future__ import annotations

from typing import Any

from winnow.core.commands import command
from winnow.core.lot_kind import LotKind
from winnow.core.result import Measure, Measured, NotMeasured
from winnow.core.vocabulary import LotVerdict
from winnow.curation.review.lots import Lot


def percent(value: Any) -> str:
    """A share; a dash where it was not measured."""
    return f"{100 * value:.1f} %" if isinstance(value, int | float) else "–"


def goal_value(goal: Any, name: str) -> str:
    """The measured or the wanted value of a goal, in its unit; a dash where it was not measured."""
    value = getattr(goal, name)
    if goal.unit is None or isinstance(value, NotMeasured):
        return percent(value)
    return str(goal.with_unit(value))


def percentage_points(value: Any) -> str:
    """A difference of shares, in percentage points, with its sign."""
    return f"{100 * value:+.1f}" if isinstance(value, int | float) else "–"


def interval(bounds: Any) -> str:
    """An interval of shares, given as two bounds, or of a share with its interval."""
    if isinstance(bounds, NotMeasured):
        return "not measured"
    low, high = (bounds.low, bounds.high) if isinstance(bounds, Measured) else bounds
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def why_not_measured(figure: Any) -> str:
    """Why a figure was not measured; empty if it was."""
    return figure.why if isinstance(figure, NotMeasured) else ""


def format_difference(measure: Measure) -> str:
    """A difference of shares with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return format_measure(measure)
    return f"{100 * measure.value:+.1f} points ({100 * measure.low:+.1f} to {100 * measure.high:+.1f})"


def format_alpha(measure: Measure) -> str:
    """An alpha with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return format_measure(measure)
    return f"{measure.value:.2f} ({measure.low:.2f} to {measure.high:.2f})"


def format_measure(measure: Measure | float) -> str:
    """A share with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return f"not measured: {measure.why}"
    if isinstance(measure, Measured):
        return f"{measure.value:.1%} ({measure.low:.1%} to {measure.high:.1%})"
    return f"{measure:.1f} s"


def describe_lot(lot: Lot) -> str:
    """The verdict on a lot, or the next step."""
    verdict = lot.recorded_verdict or lot.lot_decision.verdict
    bound = lot.lot_decision.evidence.lot_rate_upper
    if lot.kind == LotKind.PROPOSED_LABELS and verdict == LotVerdict.REFUSED:
        return "refused: its records are unlabeled again"
    words = {
        LotVerdict.ACCEPTED: f"accepted: at most {bound:.1%} defects, at the error level of all looks together",
        LotVerdict.REFUSED: f"refused: {command('push review', include_refused=True)} reviews every record",
        LotVerdict.FULLY_REVIEWED: "reviewed in full: every record is decided by itself",
        LotVerdict.FULL_REVIEW: "no look decided: every record is reviewed",
        LotVerdict.NEXT_LOOK: f"next look: {len(lot.records_to_review()):,} more to review",
    }
    return words[verdict]
