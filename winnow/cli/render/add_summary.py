"""What add stored and dropped, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_note, printable

if TYPE_CHECKING:
    from winnow.curation.ingest.add import AddResult


def print_add_summary(result: AddResult) -> None:
    """Print how many rows were added, known and dropped, and why."""
    for line in result.notes:
        print_note(printable(line))
    print_line(f"given {result.given:,} = added {result.added:,} + known {result.known:,} + dropped {result.dropped:,}")
    if result.added:
        print_line("assigned to " + ", ".join(f"{split} {count:,}" for split, count in result.assigned_splits.items()))
    if result.reasons:
        print_line("dropped: " + ", ".join(f"{reason} {count:,}" for reason, count in result.reasons.items()))
        print_line(f"fix and add again: {result.dropped_file}")
    if result.private:
        print_line("private data replaced by surrogates: " + ", ".join(f"{k} {n:,}" for k, n in result.private.items()))
    for name, count in result.flagged.items():
        print_line(f"flagged {count:,} for {name} (kept)")
