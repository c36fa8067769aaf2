"""What decide found: rules with their measurements, goals, findings, drift, deployments, recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from winnow.cli.render.measure_format import format_goal
from winnow.cli.render.terminal import print_line, print_table, printable
from winnow.core.counted import counted
from winnow.core.result import Measure, NotMeasured

if TYPE_CHECKING:
    from winnow.core.deployment import Deployment
    from winnow.training.diagnostics.findings import Findings
    from winnow.training.monitoring.decision_report import DecisionReport
    from winnow.training.monitoring.drift import Drift
    from winnow.training.monitoring.rule_conditions import DecisionRule, RuleCondition


RULE_STYLE = {"holds": "bold", "does not hold": "", "not_measured": "yellow"}


def print_decision(found: DecisionReport) -> None:
    """Print baseline and candidate, every rule, goals, findings, drift and the recommendation."""
    from winnow.training.monitoring.select_candidate import NO_BASELINE

    best_of = f", the best of {found.candidates_considered} on validation" if found.candidates_considered > 1 else ""
    role = f" ({found.role})" if found.role != found.baseline else ""
    print_line("baseline: none" if found.role == NO_BASELINE else f"baseline: {found.baseline}{role}")
    print_line(f"candidate: {found.candidate or 'none'}{best_of}")
    if not isinstance(found.accuracy_gain, NotMeasured):
        gain = found.accuracy_gain
        nested = " that did not choose it" if found.candidates_considered > 1 else ""
        change = f"{gain.accuracy.difference:+.3f} ({gain.accuracy.low:+.3f} to {gain.accuracy.high:+.3f})"
        print_line(
            f"accuracy {change} on {counted(gain.rows, 'validation row')}{nested}; correct only in the candidate: "
            f"{gain.only_candidate_right:,}, only in the baseline: {gain.only_baseline_right:,}"
        )
    print_line()
    print_table(["rule", "measured", "threshold", "verdict", "recommendation", "source"], _rules(found.decision.rules))
    _print_goals(found)
    _print_findings(found.findings, found.findings_run)
    _print_drift(found.drift)
    if found.deployments:
        print_line()
        print_deployments(found.deployments)
    print_line()
    print_line(f"recommendation: {found.decision.recommended_action}", style="bold")
    print_line(f"reason: {printable(found.decision.reason)}")
    _print_method(found)


def _print_method(found: DecisionReport) -> None:
    """How to fine-tune, where that is what is recommended."""
    method = found.decision.method
    if not isinstance(method, NotMeasured) and method.command == found.decision.next:
        print_line(f"method: {method.technique} of {printable(method.base_model)} ({printable(method.source)})")


def _rules(rules: Sequence[DecisionRule]) -> list[tuple[str | Text, ...]]:
    """One line per condition; the first names the rule. A reason that several conditions share is shown once."""
    sources = _sources(one for rule in rules for one in rule.conditions)
    return [
        (
            rule.name if i == 0 else "",
            f"{one.what} {one.measured.text}",
            f"{one.bound} {one.threshold:,g}",
            Text(rule.verdict if i == 0 else "", style=RULE_STYLE[rule.verdict]),
            rule.advice if i == 0 else "",
            next(sources),
        )
        for rule in rules
        for i, one in enumerate(rule.conditions)
    ]


def _sources(conditions: Iterable[RuleCondition]) -> Iterator[str]:
    """What each condition was measured on, or why it was not."""
    seen = set[str]()
    for one in conditions:
        value = one.measured.value
        why = value.why if isinstance(value, NotMeasured) else ""
        yield "as above" if why in seen else why or one.measured.source
        seen.update({why} - {""})


def _print_goals(found: DecisionReport) -> None:
    if isinstance(found.goals, NotMeasured):
        return
    print_line()
    rows = []
    for one in found.goals:
        more = one.rows_at_this_rate
        short = f"about {more:,} at the current rate" if isinstance(more, int) else ""
        if one.unit is not None:
            short = one.measured.why if isinstance(one.measured, NotMeasured) else one.note or ""
        rows.append((one.goal, format_goal(one), one.with_unit(one.wanted), one.verdict, short))
    print_table(["goal", "measured", "target", "verdict", "rows needed"], rows, right=[1, 2])


def _print_findings(found: Findings | NotMeasured, findings_run: str) -> None:
    print_line()
    if isinstance(found, NotMeasured):
        print_line(f"findings: not measured; {found.why}")
        return
    print_line(f"findings about {findings_run}: {len(found.found) or 'none'}")
    for one in found.found:
        print_line(f"  {one.name} ({one.severity}, {counted(one.rows, 'validation row')})", style="bold")
        print_line(f"    {printable(one.evidence)}")
        print_line(f"    {printable(one.cause)}: {printable(one.command)}")
    if found.not_found:
        print_line(f"  checked, no finding: {', '.join(found.not_found)}")
    for name, why in found.not_measured.items():
        print_line(f"  not measured: {name}; {printable(why)}")


def _print_drift(drift: Drift | NotMeasured) -> None:
    print_line()
    if isinstance(drift, NotMeasured):
        print_line(f"drift: not measured; {drift.why}")
        return
    print_line(
        f"drift since {drift.release} was frozen: {counted(drift.newer, 'newer record')} of logs, "
        f"{drift.earlier:,} earlier"
    )
    print_line(f"  not covered by train: {_share(drift.uncovered)}; earlier: {_share(drift.uncovered_before)}")
    change = drift.uncovered_change
    if not isinstance(change, NotMeasured):
        interval = f"{100 * change.low:+.1f} to {100 * change.high:+.1f}"
        print_line(f"  change: {100 * change.value:+.1f} points ({interval})")
    label_shift = drift.label_shift
    if isinstance(label_shift, NotMeasured):
        print_line(f"  label distribution: not measured; {label_shift.why}")
        return
    verdict = "significant" if label_shift.differs else "not significant"
    print_line(
        f"  label distribution against {label_shift.against}: total variation {label_shift.distance:.3f}, "
        f"expected by chance up to {label_shift.expected_by_chance:.3f}, p {_format_p(label_shift.p_value)}: {verdict}"
    )
    if label_shift.differs:
        shown = (f"{printable(one.label)} {one.before:.1%} to {one.now:.1%}" for one in label_shift.changes)
        print_line(f"  largest changes: {', '.join(shown)}")


def _format_p(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _share(measure: Measure) -> str:
    if isinstance(measure, NotMeasured):
        return f"not measured ({measure.why})"
    return f"{measure.value:.1%} ({measure.low:.1%} to {measure.high:.1%})"


def print_deployments(deployments: Sequence[Deployment]) -> None:
    """Print every deployment, the active one first."""
    if not deployments:
        print_line("no deployments yet")
        return
    rows = [(one.at, one.run + place_of(one), one.by, one.reason) for one in reversed(deployments)]
    print_table(["deployed", "run", "by", "reason"], rows)


def place_of(one: Deployment) -> str:
    """Where a run answers, as it follows its id; empty where no runtime was named."""
    return f" in {one.target} as {one.remote_id}" if one.target else ""
