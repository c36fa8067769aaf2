"""What feedback found about a run that calls tools: failing cells, actions, and the effect of the previous round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.core.counted import counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.curation.annotations.tool_feedback_facts import ToolFeedbackFacts
    from winnow.operations.feedback import FeedbackResult
    from winnow.training.feedback.cell_impact import ToolFeedbackImpact

CELLS_SHOWN = 15


def print_tool_feedback(result: FeedbackResult) -> None:
    """Print the failing cells, the actions with their expected fixes, and the effect of the previous round."""
    found = result.feedback.facts()
    if result.left_out:
        rows = counted(result.left_out, "train row")
        terminal.print_note(f"{rows} of {found.release} not used: hold-out records have the same text")
    _print_cells(found)  # type: ignore[arg-type]  # chosen by its type
    for line in found.guidelines:
        terminal.print_line(line, style="yellow")
    terminal.print_line(f"plan {result.plan}")
    terminal.print_line()
    _print_impact(result.impact)  # type: ignore[arg-type]


def _print_cells(found: ToolFeedbackFacts) -> None:
    if not found.cells:
        terminal.print_line(f"{found.run}: nothing fails in more than one dialogue of validation")
        return
    rows = [
        (one.kind, one.name, f"{one.failing} of {one.dialogues}", f"{one.train_rows:,}", f"{one.planned:,}")
        for one in found.cells[:CELLS_SHOWN]
    ]
    terminal.print_table(["fails at", "", "dialogues of validation", "train", "planned"], rows, right=[2, 3, 4])
    if len(found.cells) > CELLS_SHOWN:
        terminal.print_line(f"and {len(found.cells) - CELLS_SHOWN} more")
    terminal.print_line(f"{len(found.suspected_errors)} train records of these are suspected errors")
    terminal.print_line()
    actions = [(one.name, f"{one.records:,}", f"{one.expected_fixes:.1f}", one.command) for one in found.actions]
    terminal.print_table(["action", "records", "expected fixes", "command"], actions, right=[1, 2])
    terminal.print_line("of the failing dialogues; per action taken alone, an estimate until the next run is evaluated")


def _print_impact(impact: ToolFeedbackImpact | NotMeasured) -> None:
    if isinstance(impact, NotMeasured):
        terminal.print_line(f"effect of the previous feedback: not measured: {impact.why}")
        return
    cells = impact.cells
    terminal.print_line(
        f"effect of the feedback on {impact.before}: dialogues that fail in its cells {cells.errors_before} → "
        f"{cells.errors_after} of the same validation dialogues ({cells.fixed} fixed, {cells.introduced} new, "
        f"p = {cells.p_value:.3f})"
    )
    for what, one in (("answers of these cells", impact.answers_of_the_cells), ("other answers", impact.other_answers)):
        if isinstance(one, NotMeasured):
            continue
        change = one.difference
        terminal.print_line(
            f"{what}: accuracy {one.first / one.answers:.3f} → {one.second / one.answers:.3f}, "
            f"{100 * change.difference:+.1f} points ({100 * change.low:+.1f} to {100 * change.high:+.1f}), "
            f"{one.answers:,} answers, p = {one.p_value:.3f}"
        )
