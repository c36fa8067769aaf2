"""What a suite measured of a run, and how much its answers depend on the form of the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.measure_format import share_cells
from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.cli.render.tool_evaluation_view import print_measured_answers
from winnow.core.counted import agreeing, counted

if TYPE_CHECKING:
    from winnow.training.suites.suite_facts import FormatSensitivity, SuiteFacts
    from winnow.training.suites.suite_rows import RefusedSuiteRow

SHOWN_ROWS = 5


def print_suite(measures: SuiteFacts) -> None:
    """Print what was asked, the measures, and the figures by difficulty."""
    print_line(
        f"suite {measures.suite}: {counted(measures.answers, 'answer')} of {counted(measures.dialogues, 'dialogue')}, "
        f"look {measures.look} at it"
    )
    _print_left_out(measures.refused, "refused")
    _print_left_out(measures.repeating_train, "left out, because train has them")
    print_measured_answers(measures)
    print_line()
    rows = [
        (
            one.difficulty.value,
            f"{one.dialogues:,}",
            f"{one.accuracy.rows:,}",
            *share_cells(one.accuracy),
            share_cells(one.selection)[0],
            share_cells(one.no_call)[0],
        )
        for one in measures.difficulties
    ]
    head = ["difficulty", "dialogues", "answers", "all levels", "95 % interval", "selection", "no-call recall"]
    print_table(head, rows, right=[1, 2, 3, 5, 6])


def _print_left_out(rows: Sequence[RefusedSuiteRow], what: str) -> None:
    if not rows:
        return
    print_line(f"{counted(len(rows), 'row')} {agreeing(len(rows), 'is', 'are')} {what}")
    for one in rows[:SHOWN_ROWS]:
        print_note(f"row {one.row}: {printable(one.reason)}")


def print_format_sensitivity(found: FormatSensitivity) -> None:
    """Print every variant of the prompt with its accuracy and the verdicts that change."""
    print_line(f"{found.asked}: {counted(found.answers, 'answer')} with each variant of the prompt")
    rows = [("as it is", *share_cells(found.accuracy), "", "", "")]
    for one in found.variants:
        flipped = f"{one.flipped.value:.4f} ({one.flipped.low:.4f} to {one.flipped.high:.4f})"
        shown = one.variant.value.replace("_", " ")
        rows.append((shown, *share_cells(one.accuracy), f"{one.gained:,}", f"{one.lost:,}", flipped))
    head = ["prompt", "all levels", "95 % interval", "gained", "lost", "verdicts that change"]
    print_table(head, rows, right=[1, 3, 4])
    print_line()
    print_line(f"range of accuracy: {100 * found.range:.1f} points")
    low, high = 100 * found.flipped.low, 100 * found.flipped.high
    print_line(
        f"verdict changes with some variant: {100 * found.flipped.value:.1f}% of answers ({low:.1f} to {high:.1f}%)"
    )
