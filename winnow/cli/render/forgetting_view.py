"""What a run forgets of general instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.core.counted import counted
from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.result import Difference, NotMeasured

if TYPE_CHECKING:
    from winnow.training.forgetting.general_facts import GeneralFacts, GeneralQuestions, GeneralReferences

VERDICT_STYLES = {
    ForgettingVerdict.DEGRADES: "bold red",
    ForgettingVerdict.NO_MEASURED_CHANGE: "green",
    ForgettingVerdict.NOT_ENOUGH_EVIDENCE: "yellow",
}

SHOWN_CALLS = 3


def print_forgetting(found: GeneralFacts) -> None:
    """Print what was measured before and after, with the verdict on each and on all."""
    print_line(f"{found.run} and its base model {found.base} on {found.file}")
    print_line(f"a loss of {100 * found.margin:g} points is accepted (general_loss_max)")
    print_table(["measured", "rows", "before", "after", "change in points", "verdict"], _rows(found), right=[1, 2, 3])
    calls = found.unasked_calls
    if not isinstance(calls, NotMeasured):
        for one in calls.calls[:SHOWN_CALLS]:
            print_note(f"row {one.row} is answered with a call: {printable(one.answer[:120])}")
    print_line()
    print_line(f"verdict: {found.verdict}", style=VERDICT_STYLES[found.verdict])
    if found.rows_needed is not None:
        print_line(
            f"Of each kind, {counted(found.rows_needed, 'row')} on which nothing changes would show "
            f"that nothing is lost "
            "beyond the margin."
        )


def _rows(found: GeneralFacts) -> list[tuple[str | Text, ...]]:
    questions, references, calls = found.questions, found.references, found.unasked_calls
    right, likely = "questions answered correctly", "probability of reference answers"
    rows: list[tuple[str | Text, ...]] = []
    if isinstance(questions, NotMeasured):
        rows.append(_not_measured(right, questions))
    else:
        rows.append(_compared(right, questions.before.rows, questions.before.value, questions.after.value, questions))
    if isinstance(references, NotMeasured):
        rows.append(_not_measured(likely, references))
    else:
        rows.append(_compared(likely, references.rows, references.before, references.after, references))
    if isinstance(calls, NotMeasured):
        rows.append(_not_measured("answers that call without tools", calls))
    else:
        share = calls.share
        interval = f"{100 * share.low:.1f} to {100 * share.high:.1f}%"
        rows.append(
            (
                "answers that call without tools",
                f"{share.rows:,}",
                "",
                f"{share.value:.4f}",
                f"{counted(len(calls.calls), 'answer')} ({interval})",
                _verdict(calls.verdict),
            )
        )
    return rows


def _compared(
    what: str, count: int, before: float, after: float, found: GeneralQuestions | GeneralReferences
) -> tuple[str | Text, ...]:
    change = _change(found.change, found.p_value)
    return (what, f"{count:,}", f"{before:.4f}", f"{after:.4f}", change, _verdict(found.verdict))


def _not_measured(what: str, why: NotMeasured) -> tuple[str | Text, ...]:
    return (what, "", "", "", "", f"not measured; {why.why}")


def _change(change: Difference, p_value: float) -> str:
    low, high = 100 * change.low, 100 * change.high
    return f"{100 * change.difference:+.1f} ({low:+.1f} to {high:+.1f}), p {p_value:.4g}"


def _verdict(verdict: ForgettingVerdict) -> Text:
    return Text(verdict, style=VERDICT_STYLES[verdict])
