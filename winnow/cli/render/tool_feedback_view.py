"""What feedback found about a run that calls tools: failing cells, actions, and the effect of the previous round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.cli.render.feedback_parts import (
    AccuracyBeforeAndAfter,
    print_actions,
    print_changed_accuracy,
    print_no_effect,
    print_unused_rows,
    print_warnings_and_plan,
)
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
    print_unused_rows(result, found.release)
    _print_cells(found)  # type: ignore[arg-type]  # chosen by its type
    print_warnings_and_plan(result, found.guidelines)
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
    terminal.print_line(f"{counted(len(found.suspected_errors), 'train record')} of these are suspected errors")
    print_actions(found.actions, of="the failing dialogues")


def _print_impact(impact: ToolFeedbackImpact | NotMeasured) -> None:
    if isinstance(impact, NotMeasured):
        print_no_effect(impact.why)
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
        before, after = one.first / one.answers, one.second / one.answers
        print_changed_accuracy(
            AccuracyBeforeAndAfter(what, before, after, one.difference, counted(one.answers, "answer"), one.p_value)
        )
