"""What feedback on labels and feedback on tool calls print alike: unused rows, the plan, actions, changed accuracy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from winnow.cli.render import terminal
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.core.result import Difference
    from winnow.curation.annotations.feedback_facts import FeedbackAction
    from winnow.operations.feedback import FeedbackResult


class AccuracyBeforeAndAfter(NamedTuple):
    """The accuracy on some rows or answers before a round of feedback and after it."""

    what: str
    before: float
    after: float
    change: Difference
    counted: str
    """How many rows or answers, in words."""
    p_value: float


def print_unused_rows(result: FeedbackResult, release: str) -> None:
    """Print how many rows of train are not used."""
    if result.left_out:
        rows = counted(result.left_out, "train row")
        terminal.print_note(f"{rows} of {release} not used: hold-out records have the same text")


def print_warnings_and_plan(result: FeedbackResult, guidelines: Iterable[str]) -> None:
    """Print warnings about guidelines, and where the plan is."""
    for line in guidelines:
        terminal.print_line(line, style="yellow")
    terminal.print_line(f"plan {result.plan}")
    terminal.print_line()


def print_actions(actions: Iterable[FeedbackAction], of: str) -> None:
    """Print the recommended actions; `of` says which errors their expected fixes are part of."""
    rows = [(one.name, f"{one.records:,}", f"{one.expected_fixes:.1f}", one.command) for one in actions]
    terminal.print_line()
    terminal.print_table(["action", "records", "expected fixes", "command"], rows, right=[1, 2])
    terminal.print_line(f"of {of}; per action taken alone, an estimate until the next run is evaluated")


def print_no_effect(why: str) -> None:
    """Print why the effect of the previous round is not measured."""
    terminal.print_line(f"effect of the previous feedback: not measured: {why}")


def print_changed_accuracy(found: AccuracyBeforeAndAfter) -> None:
    """Print how an accuracy changed, with its interval."""
    change = found.change
    terminal.print_line(
        f"{found.what}: accuracy {found.before:.3f} → {found.after:.3f}, "
        f"{100 * change.difference:+.1f} points ({100 * change.low:+.1f} to {100 * change.high:+.1f}), "
        f"{found.counted}, p = {found.p_value:.3f}"
    )
