"""What `init --from` found in a file: dialogues here, queries in `file_view`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winnow.cli.render.file_view import (
    how_read,
    license_row,
    print_columns,
    print_decisions,
    print_file,
    print_unread,
    when_and_who,
)
from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.core.counted import counted
from winnow.curation.file_findings.file_findings import FileFindings

if TYPE_CHECKING:
    from winnow.curation.file_findings.dialogue_findings import DialogueFindings

SHOWN_CHARACTERS = 200
"""Characters of the first reason to drop a row."""

SHOWN = 20
"""Tools and behaviors that are listed."""


def print_found(found: FileFindings | DialogueFindings) -> None:
    """Print what a file holds, and what was decided about it."""
    if isinstance(found, FileFindings):
        print_file(found)
    else:
        _print_dialogues(found)


def _print_dialogues(found: DialogueFindings) -> None:
    for note in found.notes:
        print_note(printable(note))
    forms = ", ".join(f"{title} ({rows:,})" for title, rows in found.layouts.items())
    form = f"{found.format}{how_read(found)}"
    print_line(f"{found.name}: {form}, {counted(found.rows, 'row')}: {printable(forms)}", style="bold")
    if found.dropped:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.dropped.items())
        print_line(f"`add` would drop {reasons} ({printable(_shortened(found.first_dropped))})", style="yellow")
    print_line()
    print_columns(found.columns)
    print_line()
    _print_tools(found)
    print_line()
    _print_behaviors(found)
    print_line()
    print_table(["", ""], list(_rows(found)))
    print_unread(found.embedder)
    print_decisions(found.decisions)


def _shortened(reason: str) -> str:
    return reason if len(reason) <= SHOWN_CHARACTERS else reason[: SHOWN_CHARACTERS - 1] + "…"


def _print_tools(found: DialogueFindings) -> None:
    if not found.tools:
        return
    shown = [[one.name, f"{one.offered:,}", f"{one.calls:,}", ", ".join(one.arguments)] for one in found.tools[:SHOWN]]
    print_table(["tool", "offered in", "calls", "arguments"], shown, right=[1, 2])
    if len(found.tools) > SHOWN:
        print_line(f"and {counted(len(found.tools) - SHOWN, 'more tool')}")


def _print_behaviors(found: DialogueFindings) -> None:
    counts = [*found.behaviors.items()]
    if counts:
        print_table(["behavior", "dialogues"], [[name, f"{rows:,}"] for name, rows in counts[:SHOWN]], right=[1])
    more = f"and {counted(len(counts) - SHOWN, 'more behavior')}; " if len(counts) > SHOWN else ""
    print_line(f"{more}{counted(found.unlabeled, 'dialogue')} whose behavior people decide")


def _rows(found: DialogueFindings) -> Iterator[list[str]]:
    turns = ", ".join(f"{role} {count:,}" for role, count in found.turns.items())
    yield ["dialogues", f"{found.dialogues:,}, of which {found.requests:,} are requests without an answer"]
    yield ["turns", f"{turns}; the user speaks twice or more in {found.several_requests:,}"]
    texts = found.texts
    yield ["first requests", f"{texts.shortest:,} to {texts.longest:,} characters (median {texts.median})"]
    yield ["exact repeats", f"{texts.repeats:,} of the first requests"]
    shares = ", ".join(f"{code} {share:.0%}" for code, share in texts.languages.items())
    yield ["languages", f"{shares or 'the texts are too short to tell'} (language: {found.language or 'en'})"]
    yield ["system prompts", f"{found.system_prompts:,} different"]
    yield from when_and_who(found)
    yield license_row(found.section)
