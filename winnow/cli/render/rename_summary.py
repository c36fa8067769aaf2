"""What a rename or a merge of labels changed, or would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from winnow.cli.render.terminal import print_line, print_note
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.curation.ingest.rename import RenameResult


def confirm_merge(preview: RenameResult) -> bool:
    """Show what a merge would do and ask for it; True when it was confirmed."""
    print_rename_summary(preview)
    return typer.confirm("Once a release is frozen, this cannot be undone. Merge the two labels?")


def print_rename_summary(renamed: RenameResult) -> None:
    """Print both names, the number of records, and what to check afterwards."""
    if renamed.undone:
        verb = "would separate" if renamed.dry_run else "separated"
        print_line(
            f"{verb} {renamed.old} from {renamed.new} again: {counted(renamed.records, 'record')} and winnow.yaml"
        )
        return
    merge, change = ("would merge", "would rename") if renamed.dry_run else ("merged", "renamed")
    done = f"{merge} {renamed.old} into" if renamed.merged else f"{change} {renamed.old} to"
    already = " (already done)" if renamed.already else ""
    print_line(f"{done} {renamed.new}{already}: {counted(renamed.records, 'record')} and winnow.yaml")
    for line in renamed.notes:
        print_note(line)
