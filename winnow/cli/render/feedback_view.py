"""What feedback found: confused pairs, recommended actions, and the effect of the previous round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.core.counted import counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.curation.annotations.feedback_facts import FeedbackFacts
    from winnow.operations.feedback import FeedbackResult
    from winnow.training.feedback.impact import FeedbackImpact


PAIRS_SHOWN = 10


def print_feedback(result: FeedbackResult) -> None:
    """Print the confused pairs, the actions with their expected fixes, and the effect of the previous round."""
    found = result.feedback.facts()
    if result.left_out:
        rows = counted(result.left_out, "train row")
        terminal.print_note(f"{rows} of {found.release} not used: hold-out records have the same text")
    if not found.pairs:
        terminal.print_line(f"{found.run}: no pair of labels is confused more than once in validation or train")
    else:
        _render_pairs(found)
    for line in found.guidelines:
        terminal.print_line(line, style="yellow")
    terminal.print_line(f"plan {result.plan}")
    terminal.print_line()
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
        terminal.print_line(f"and {len(found.pairs) - PAIRS_SHOWN} more pairs")
    if found.underrepresented:
        named = ", ".join(f"{one.label} ({one.train_rows} rows)" for one in found.underrepresented[:PAIRS_SHOWN])
        median = f"{found.underrepresented[0].median_rows:.0f}"
        terminal.print_line(f"labels with too few rows: {named}; the median label has {median}")
    terminal.print_line(
        f"{found.wrong} labels between these pairs are probably wrong; "
        f"{len(found.suspected_errors)} are suspected errors"
    )
    terminal.print_line()
    actions = [
        (action.name, f"{action.records:,}", f"{action.expected_fixes:.1f}", action.command) for action in found.actions
    ]
    terminal.print_table(["action", "records", "expected fixes", "command"], actions, right=[1, 2])
    terminal.print_line(
        f"of {found.errors:.1f} errors; per action taken alone, an estimate until the next run is evaluated"
    )


def _render_impact(impact: FeedbackImpact | NotMeasured) -> None:
    if isinstance(impact, NotMeasured):
        terminal.print_line(f"effect of the previous feedback: not measured: {impact.why}")
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
        change = one.accuracy
        terminal.print_line(
            f"{what}: accuracy {one.accuracy_before:.3f} → {one.accuracy_after:.3f}, "
            f"{100 * change.difference:+.1f} points ({100 * change.low:+.1f} to {100 * change.high:+.1f}), "
            f"{one.rows:,} rows, p = {one.p_value:.3f}"
        )
