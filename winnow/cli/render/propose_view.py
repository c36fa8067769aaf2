"""What a run or a file proposed, by confidence band, and what it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.operations.propose_result import ProposeResult

ROWS_SHOWN = 10
"""Rows of a file that are listed; --json has all."""


def print_proposed(found: ProposeResult) -> None:
    """Print the proposals by band, then the reasons for the records or rows that got none."""
    print_line(f"{found.model}: {counted(found.proposed, 'label')} proposed; each band is a lot of its own")
    if found.by_band:
        print_table(["confidence", "records"], [(band, f"{n:,}") for band, n in found.by_band.items()], right=[1])
    for reason, count in found.left_out.items():
        print_line(f"not proposed: {count:,} {reason.replace('_', ' ')}")
    for row in found.rows[:ROWS_SHOWN]:
        detail = f" ({printable(row['detail'])})" if row["detail"] else ""
        print_line(f"row {row['row']:,}: {row['reason'].replace('_', ' ')}{detail}")
    if len(found.rows) > ROWS_SHOWN:
        print_note(f"{counted(len(found.rows) - ROWS_SHOWN, 'more row')}; --json lists all")
