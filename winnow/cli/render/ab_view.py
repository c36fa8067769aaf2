"""What a log of two variants in production says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from winnow.cli.render.decision_view import RULE_STYLE
from winnow.cli.render.measure_format import share_cells
from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.core.counted import agreeing, counted
from winnow.core.production_vocabulary import AbUnit
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.training.monitoring.ab_test.ab_facts import AbMoreTraffic, AbTestFacts

UNIT_NAMES = {AbUnit.SESSION: "sessions", AbUnit.REQUEST: "requests", AbUnit.ROW: "rows"}

SHOWN_ROWS = 5


def print_ab_test(found: AbTestFacts) -> None:
    """Print both variants, the difference, every rule and the recommendation."""
    units = UNIT_NAMES[found.unit]
    print_line(f"{found.file}: {found.design.value} {units}, look {found.look}")
    rows = [
        (one.name, role, f"{one.rows:,}", f"{one.units:,}", *share_cells(one.success))
        for one, role in ((found.baseline, "baseline"), (found.candidate, "candidate"))
    ]
    print_table(["variant", "role", "rows", units, "success", "95 % interval"], rows, right=[2, 3, 4])
    gain = found.gain
    print_line()
    print_line(
        f"gain {100 * gain.difference:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f}), "
        f"{found.test}: p {found.p_value:.4g}"
    )
    _print_rating(found)
    _print_left_out(found, units)
    print_line()
    print_table(["rule", "measured", "threshold", "verdict", "recommendation"], _rules(found))
    print_line()
    if found.look > 1:
        print_line(
            f"look {found.look} at this log: significant below {found.level:.4g}, so that all looks together are wrong "
            "in at most 5 of 100 cases",
            style="yellow",
        )
    print_line(f"recommendation: {found.recommended_action}", style="bold")
    print_line(f"reason: {found.reason}")
    if not isinstance(found.more_traffic, NotMeasured):
        print_line(_more(found.more_traffic, units))


def _print_rating(found: AbTestFacts) -> None:
    rating = found.rating
    if isinstance(rating, NotMeasured):
        print_line(f"ratings: not measured; {rating.why}")
        return
    value, interval = share_cells(rating.superiority)
    print_line(
        f"ratings: the candidate is rated higher with a probability of {value}"
        + (f" ({interval})" if interval else "")
        + f", {rating.test}: p {rating.p_value:.4g}"
    )


def _print_left_out(found: AbTestFacts, units: str) -> None:
    if found.units_left_out:
        print_line(f"{found.units_left_out:,} {units} are left out: they do not fit the {found.design.value} design")
    if found.rows_without_name:
        print_line(
            f"{counted(found.rows_without_name, 'row')} "
            f"{agreeing(found.rows_without_name, 'names', 'name')} no {found.unit.value}; each counts as one"
        )
    for one in found.left_out[:SHOWN_ROWS]:
        print_note(f"row {one.row} is not counted: {printable(one.reason)}")
    if len(found.left_out) > SHOWN_ROWS:
        print_note(
            f"and {counted(len(found.left_out) - SHOWN_ROWS, 'more row')} "
            f"{agreeing(len(found.left_out) - SHOWN_ROWS, 'is', 'are')} not counted"
        )


def _rules(found: AbTestFacts) -> list[tuple[str | Text, ...]]:
    return [
        (
            rule.rule if i == 0 else "",
            f"{one.what} {_value(one.measured)}",
            f"{one.bound} {one.threshold:.4g}",
            Text(rule.verdict if i == 0 else "", style=RULE_STYLE[rule.verdict]),
            rule.advice if i == 0 else "",
        )
        for rule in found.rules
        for i, one in enumerate(rule.conditions)
    ]


def _value(value: float | NotMeasured) -> str:
    return "not measured" if isinstance(value, NotMeasured) else f"{value:.4g}"


def _more(more: AbMoreTraffic, units: str) -> str:
    if isinstance(more.units, NotMeasured):
        return f"more traffic: {more.units.why}"
    days = f", about {more.days:,.0f} days at the rate of the log" if more.days is not None else ""
    return f"more traffic: about {more.units:,} further {units} of each variant would show {more.shows}{days}"
