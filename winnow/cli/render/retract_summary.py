"""What retract withdrew or would withdraw, what stays, and how it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, printable
from winnow.core.commands import command
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.curation.ingest.retract import RetractResult

UNDO = (
    f"a corrected file is added by `{command('add', 'FILE')}`; to undo this, add the same file again with the same "
    "options: its rows count again, in the same splits"
)

NO_UNDO = "this cannot be undone: its rows were generated, so there is no file to add again"


def print_retract_summary(result: RetractResult) -> None:
    """Print what no longer counts, what stays, and whether and how the retraction can be undone."""
    done = "would withdraw" if result.dry_run else "withdrew"
    count = f"{counted(result.superseded, 'record')} that no other source contains"
    print_line(f"{done} {result.source} ({printable(result.name)}); superseded: {count}")
    if result.count_again:
        print_line(f"count again, because their corrections are withdrawn: {counted(result.count_again, 'record')}")
    print_line("its rows and labels no longer count; assigned splits, decisions of people, and releases stay")
    print_line(UNDO if result.from_file else NO_UNDO, style="" if result.from_file else "yellow")
