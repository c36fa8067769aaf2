"""Suggestions for labels, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import first_few, print_line, print_note, print_table, printable
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.operations.accept import AcceptResult
    from winnow.operations.discover import DiscoveredLabels

SUGGESTIONS_SHOWN = 40
"""Suggestions that are listed; the file has all of them."""


def print_taxonomy(found: DiscoveredLabels) -> None:
    """Print the suggestions with their size, share, cohesion, typical words and the most central query."""
    for note in found.notes:
        print_note(printable(note))
    taxonomy = found.taxonomy
    count = counted(len(taxonomy.suggestions), "suggestion")
    distinct = f"{counted(taxonomy.distinct, 'distinct one')}, repeats and near repeats counted once"
    print_line(f"{count} for labels, from {counted(taxonomy.queries, 'query', 'queries')} ({distinct})", style="bold")
    rows = [
        [
            one.name,
            f"{one.found.queries:,}",
            f"{one.found.share:.1%}",
            f"{one.found.cohesion:.2f}",
            ", ".join(one.found.words),
            next(iter(one.examples), ""),
        ]
        for one in taxonomy.suggestions[:SUGGESTIONS_SHOWN]
        if one.found
    ]
    if rows:
        head = ["suggestion", "queries", "share", "cohesion", "typical words", "for example"]
        print_table(head, rows, right=[1, 2, 3])
    else:
        print_line("no five queries are alike enough: add more of them, or write labels by hand")
    if len(taxonomy.suggestions) > SUGGESTIONS_SHOWN:
        print_line(f"and {len(taxonomy.suggestions) - SUGGESTIONS_SHOWN:,} more in the file")
    print_line(f"in no suggestion: {taxonomy.unassigned:.1%} of the queries")


def print_written_taxonomy(found: DiscoveredLabels, accept: str) -> None:
    """Print where the suggestions are, and what to do with them."""
    edits = "rename them, set `accept: yes` or `merge_with: NAME`, and write descriptions"
    print_line(f"wrote {found.file}; no query has a label yet. In the file, {edits}; then run")
    print_line(f"  {accept}")


def print_accepted(result: AcceptResult) -> None:
    """Print the new labels, and what they still lack."""
    rows = [
        [one.name, f"{one.queries:,}", f"{one.suggestions:,}", "yes" if one.has_description else "no"]
        for one in result.labels
    ]
    if rows:
        print_table(["new label", "queries of its suggestions", "suggestions", "description"], rows, right=[1, 2])
    if result.known:
        print_line(f"labels of the task already, nothing changed for them: {first_few(list(result.known))}")
    covered = sum(one.queries for one in result.labels)
    if result.labels and result.queries:
        share = f"{covered:,} of {counted(result.queries, 'query', 'queries')} ({covered / result.queries:.1%})"
        print_line(f"the suggestions of the new labels have {share}; no query has a label yet")
    if result.open:
        print_line(f"not accepted: {counted(result.open, 'suggestion')}")
    if result.fallback is None:
        print_line("no label for queries that belong to none: add one to `labels`, and name it as `fallback`")
    for one in result.advice:
        print_line(f"  {printable(str(one))}", style="yellow")
