"""What feedback found: confused pairs, recommended actions, and the effect of the previous round."""

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
from winnow.core.counted import agreeing, counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.curation.annotations.feedback_facts import FeedbackFacts
    from winnow.operations.feedback import FeedbackResult
    from winnow.training.feedback.impact import FeedbackImpact


PAIRS_SHOWN = 10


def print_feedback(result: FeedbackResult) -> None:
    """Print the confused pairs, the actions with their expected fixes, and the effect of the previous round."""
    found = result.feedback.facts()
    print_unused_rows(result, found.release)
    if not found.pairs:
        terminal.print_line(f"{found.run}: no pair of labels is confused more than once in validation or train")
    else:
        _render_pairs(found)
    print_warnings_and_plan(result, found.guidelines)
    _render_impact(result.impact)  # type: ignore[arg-type]  # chosen by the type of the facts


def _render_pairs(found: FeedbackFacts) -> None:
    rows = [
        (
            " / ".join(pair.labels),
            f"{pair.validation_errors} of {pair.validation_rows}",
            f"{pair.train_errors} of {pair.train_rows}",
            f"{pair.expected_errors:.1f}",
        )
        for pair in found.pairs[:PAIRS_SHOWN]
    ]
    head = ["confused pair", "validation", "train, out-of-fold", "expected errors"]
    terminal.print_table(head, rows, right=[1, 2, 3])
    if len(found.pairs) > PAIRS_SHOWN:
        terminal.print_line(f"and {counted(len(found.pairs) - PAIRS_SHOWN, 'more pair')}")
    if found.underrepresented:
        named = ", ".join(
            f"{one.label} ({counted(one.train_rows, 'row')})" for one in found.underrepresented[:PAIRS_SHOWN]
        )
        median = f"{found.underrepresented[0].median_rows:.0f}"
        terminal.print_line(f"labels with too few rows: {named}; the median label has {median}")
    terminal.print_line(
        f"{counted(found.wrong, 'label')} between these pairs {agreeing(found.wrong, 'is', 'are')} probably wrong; "
        f"{len(found.suspected_errors)} are suspected errors"
    )
    print_actions(found.actions, of=f"{found.errors:.1f} errors")


def _render_impact(impact: FeedbackImpact | NotMeasured) -> None:
    if isinstance(impact, NotMeasured):
        print_no_effect(impact.why)
        return
    cells = impact.cells
    expected = ", ".join(f"{name} {value:.1f}" for name, value in impact.expected_fixes.items())
    terminal.print_line(
        f"effect of the feedback on {impact.before}: errors in its confused pairs {cells.errors_before} → "
        f"{cells.errors_after} on the same validation rows ({cells.fixed} fixed, {cells.introduced} new, "
        f"p = {cells.p_value:.3f}); expected: {expected}"
    )
    for what, one in (("their labels", impact.labels_of_the_pairs), ("other labels", impact.other_labels)):
        if isinstance(one, NotMeasured):
            continue
        before, after = one.accuracy_before, one.accuracy_after
        print_changed_accuracy(
            AccuracyBeforeAndAfter(what, before, after, one.accuracy, counted(one.rows, "row"), one.p_value)
        )
