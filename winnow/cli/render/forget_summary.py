"""What forget erased or would erase, and what still contains the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line
from winnow.core.commands import command

if TYPE_CHECKING:
    from winnow.curation.ingest.forget import ForgetResult


def print_forget_summary(forgotten: ForgetResult) -> None:
    """Print where the content was or would be removed, and what the user has to delete."""
    if forgotten.dry_run:
        done = "was erased before; copies that are left would be removed" if forgotten.already else "would be erased"
        print_line(f"record {forgotten.record} {done}; this cannot be undone")
    else:
        done = "was erased before; the remaining copies were removed now" if forgotten.already else "is erased"
        print_line(f"record {forgotten.record} {done}")
    for record in forgotten.count_again:
        done = "would count again" if forgotten.dry_run else "counts again"
        print_line(f"record {record}, which it corrected, {done}: `{command('forget', record)}` erases it, too")
    for file in forgotten.files:
        print_line(f"{'would be removed from' if forgotten.dry_run else 'removed from'} {file}")
    still = "would still contain it" if forgotten.dry_run else "still contains it"
    for name in forgotten.releases:
        print_line(f"release {name} {still}: freeze a new release, then delete that folder", style="yellow")
    for name in forgotten.queues:
        advice = "start the server, then forget it again or pull"
        print_line(f"dataset {name} on the labeling server may still contain it: {advice}", style="yellow")
    for file in forgotten.exports:
        print_line(f"{file} {still}: delete it", style="yellow")
