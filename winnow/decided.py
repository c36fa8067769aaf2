"""What `decide` and `deploy` show: rules with their numbers, findings, drift, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from curation.estimates import Measure, NotMeasured
from winnow.terminal import printable, say, table

if TYPE_CHECKING:
    from curation.deployment import Deployment
    from curation.drift import Drift
    from training.findings import Findings
    from training.rules import Condition, Rule
    from winnow.decide import Decided

UNDECIDED = "not enough evidence"
VERDICT_STYLE = {"holds": "bold", "does not hold": "", "not_measured": "yellow"}


def say_decided(found: Decided) -> None:
    """The two sides, every rule, goals, findings, drift, and last the recommendation."""
    best_of = f", the best of {found.chosen_of} on validation" if found.chosen_of > 1 else ""
    role = f" ({found.role})" if found.role != found.baseline else ""
    say(f"baseline: {found.baseline}{role}")
    say(f"candidate: {found.candidate or 'none'}{best_of}")
    if not isinstance(found.gain, NotMeasured):
        gain = found.gain.accuracy
        say(
            f"accuracy {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}) on {found.gain.rows:,} validation rows: "
            f"{found.gain.gained:,} only the candidate has right, {found.gain.lost:,} only the baseline"
        )
    say()
    table(["rule", "measured", "threshold", "verdict", "advice", "from"], _rules(found.decision.rules))
    _say_goals(found)
    _say_findings(found.findings, found.about)
    _say_drift(found.drift)
    if found.history:
        say()
        say_history(found.history)
    say()
    say(f"recommendation: {found.decision.recommendation}", style="bold")
    say(f"because {found.decision.why}")


def _rules(rules: Sequence[Rule]) -> list[tuple[str | Text, ...]]:
    """One line a condition; the rule is named on its first."""
    return [
        (
            rule.name if i == 0 else "",
            f"{one.what} {one.figure.words}",
            f"{one.bound} {one.threshold:g}",
            Text(rule.verdict if i == 0 else "", style=VERDICT_STYLE[rule.verdict]),
            rule.advice if i == 0 else "",
            _source(one),
        )
        for rule in rules
        for i, one in enumerate(rule.conditions)
    ]


def _source(one: Condition) -> str:
    value = one.figure.value
    return value.why if isinstance(value, NotMeasured) else one.figure.source


def _say_goals(found: Decided) -> None:
    if isinstance(found.goals, NotMeasured):
        return
    say()
    rows = []
    for one in found.goals:
        measured = one["measured"]
        needed = one["rows_needed"]
        more = needed.get("at_this_rate") if isinstance(needed, dict) else None
        short = f"about {more:,} rows at this rate" if isinstance(more, int) and one["verdict"] == UNDECIDED else ""
        told = f"{measured:.3f}" if isinstance(measured, float) else "not measured"
        rows.append((one["goal"], told, f"{one['wanted']:g}", one["verdict"], short))
    table(["goal", "measured", "wanted", "verdict", "would need"], rows, right=[1, 2])


def _say_findings(found: Findings | NotMeasured, about: str) -> None:
    say()
    if isinstance(found, NotMeasured):
        say(f"findings: not measured; {found.why}")
        return
    say(f"findings about {about}: {len(found.found) or 'none'}")
    for one in found.found:
        say(f"  {one.name} ({one.severity}, {one.rows:,} validation rows)", style="bold")
        say(f"    {printable(one.evidence)}")
        say(f"    {printable(one.cause)}: {printable(one.command)}")
    if found.not_found:
        say(f"  looked for and not found: {', '.join(found.not_found)}")
    for name, why in found.not_measured.items():
        say(f"  not measured: {name}; {printable(why)}")


def _say_drift(drift: Drift | NotMeasured) -> None:
    say()
    if isinstance(drift, NotMeasured):
        say(f"drift: not measured; {drift.why}")
        return
    say(f"drift since {drift.release} was frozen: {drift.newer:,} queries since, {drift.earlier:,} before")
    say(f"  near nothing in train: {_share(drift.uncovered)}; before: {_share(drift.uncovered_before)}")
    more = drift.more_uncovered
    if not isinstance(more, NotMeasured):
        say(f"  that is {100 * more.value:+.1f} points ({100 * more.low:+.1f} to {100 * more.high:+.1f})")
    mix = drift.mix
    if isinstance(mix, NotMeasured):
        say(f"  label mix: not measured; {mix.why}")
        return
    verdict = "more than chance" if mix.differs else "no more than chance"
    say(
        f"  label mix against {mix.against}: total variation {mix.distance:.3f}, by chance up to {mix.by_chance:.3f}, "
        f"p {_p_in_words(mix.p_value)}: {verdict}"
    )
    if mix.differs:
        told = (f"{printable(one['label'])} {one['before']:.1%} to {one['now']:.1%}" for one in mix.changes)
        say(f"  changed most: {', '.join(told)}")


def _p_in_words(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _share(measure: Measure) -> str:
    if isinstance(measure, NotMeasured):
        return f"not measured ({measure.why})"
    return f"{measure.value:.1%} ({measure.low:.1%} to {measure.high:.1%})"


def say_history(history: Sequence[Deployment]) -> None:
    """Every deployment, the one that stands first."""
    if not history:
        say("nothing was deployed yet")
        return
    rows = [(one.at, one.run, one.by, one.reason) for one in reversed(history)]
    table(["deployed", "run", "by", "reason"], rows)
