"""What add stored and dropped, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.label_advice_view import print_label_advice
from winnow.cli.render.terminal import print_dry_run, print_line, print_next, print_note, print_table, printable
from winnow.core.commands import command
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.curation.ingest.add import AddResult
    from winnow.curation.ingest.log_rulings import InteractionCounts
    from winnow.curation.ingest.rewrite_summary import FileRewrites
    from winnow.validators.unmapped_names import UnmappedTools

SHOWN_TOOLS = 20
"""Unmapped tools in the table; the mapping has all that are called."""


def print_add_summary(result: AddResult) -> None:
    """Print how many rows were added, known and dropped, and why."""
    for line in result.notes:
        print_note(printable(line))
    print_line(f"given {result.given:,} = added {result.added:,} + known {result.known:,} + dropped {result.dropped:,}")
    if result.added:
        print_line("assigned to " + ", ".join(f"{split} {count:,}" for split, count in result.assigned_splits.items()))
    if result.interactions:
        print_line(interaction_line(result.interactions))
    for line in _lines_about_records(result):
        print_line(line)
    if result.reasons:
        for reason, count in result.reasons.items():
            print_line(f"dropped: {reason} {count:,} (fix: {printable(result.fixes.get(reason, ''))})")
        again = "the dropped rows would be in" if result.dry_run else "to add these rows afterwards:"
        print_line(f"{again} {result.dropped_file if result.dry_run else command('add', str(result.dropped_file))}")
    if result.unmapped and result.unmapped.tools:
        _print_unmapped(result.unmapped)
    if result.rewrites:
        _print_rewrites(result.rewrites)
    for name, count in result.flagged.items():
        print_line(f"flagged {count:,} for {name} (kept)")
    print_label_advice(result.label_advice)


def print_after_add(result: AddResult, following: str) -> None:
    """What to do after an add, or after its preview: the following command once rows are stored."""
    if result.only_dropped:
        print_line("nothing was added: every row was dropped", style="bold red")
    if result.dry_run:
        print_dry_run()
        return
    print_next(following if result.added or result.known else command("add", result.dropped_file or "FILE"))


def _lines_about_records(result: AddResult) -> Iterator[str]:
    """How many records are superseded, and how many have several labels in the rows, with what can be done."""
    if result.superseded:
        verb = "would be superseded" if result.dry_run else "superseded"
        yield f"{verb} by corrected rows: {counted(result.superseded, 'record')}"
    if result.disputed:
        found = f"{counted(result.disputed, 'record')} with several labels in these rows, which are not exported"
        fix = f"keep one label for each text, or let a lead decide with `{command('push adjudicate')}`"
        yield f"disputed: {found} (fix: {fix})"


def interaction_line(counts: InteractionCounts) -> str:
    """How many interactions of logs were known, taken, updated and failed, and why."""
    parts = {"taken": counts.taken, "failed": counts.failed}
    by_reason = {name: ", ".join(f"{why} {n:,}" for why, n in sorted(found.items())) for name, found in parts.items()}
    taken, failed = (f"{sum(found.values()):,}" for found in parts.values())
    named = {name: f" ({reasons})" if reasons else "" for name, reasons in by_reason.items()}
    known = f"{counts.known:,} known, {taken} taken{named['taken']}, {counts.updated:,} updated"
    return f"interactions: {known}; {failed} failed{named['failed']}"


def _print_unmapped(found: UnmappedTools) -> None:
    """The tools that map to none, and a mapping to fill in."""
    print_line(f"tools that map to none of the task: {len(found.tools):,}")
    rows = [[printable(one.name), f"{one.called:,}", f"{one.offered:,}"] for one in found.tools[:SHOWN_TOOLS]]
    print_table(["tool", "called in dialogues", "offered in dialogues"], rows, right=[1, 2])
    if len(found.tools) > SHOWN_TOOLS:
        print_line(f"and {len(found.tools) - SHOWN_TOOLS:,} more")
    print_line("entries to fill in and add to the mapping file:")
    print_line(printable(found.skeleton))


def _print_rewrites(rewrites: Sequence[FileRewrites]) -> None:
    """What each rule replaced in each file, with masked examples and their rows."""
    print_line(f"private data replaced by surrogates: {counted(sum(one.count for one in rewrites), 'value')}")
    print_table(
        ["file", "rule", "values", "examples (masked)"],
        [
            [
                one.file,
                one.entity,
                f"{one.count:,}",
                "; ".join(f"row {example.row}: {example.masked}" for example in one.examples),
            ]
            for one in rewrites
        ],
        right=[2],
    )
