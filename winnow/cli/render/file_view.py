"""What `init --from` found in a file, and what it decided."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from winnow.cli.render.terminal import print_line, print_note, print_table, printable
from winnow.core.commands import option
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.config.source_options import SourceOptions
    from winnow.curation.engine.unread_texts import EmbedderReading
    from winnow.curation.file_findings.column_findings import ColumnFinding
    from winnow.curation.file_findings.dialogue_findings import DialogueFindings
    from winnow.curation.file_findings.file_findings import Decision, FileFindings

SHOWN_LABELS = 20
"""Labels that are listed with their rows."""

TAB = "\t"

VALUES = {"no_label": "WORD", "time_format": "FORM", "template": "tools"}
"""What the options of decisions take, apart from columns."""

SHOWN_COLUMNS = 40
"""Columns that are listed; a survey can have hundreds."""


def added_file(file: Path | None) -> str:
    """The file that the next command adds, whatever folder it is called in."""
    if file is None:
        return "FILE"
    return "-" if str(file) == "-" else str(file.resolve())


def in_folder(folder: Path, line: str) -> str:
    """The command to run in a folder, from the current one."""
    return line if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && {line}"


def ask_license(name: str) -> str:
    """The license of a file, as a person at the terminal states it; `unknown` where they do not know it."""
    question = f"license of {printable(name)}, such as CC-BY-4.0, or own for your own data"
    return str(typer.prompt(question, default="unknown")).strip() or "unknown"


def print_file(found: FileFindings) -> None:
    """Print what a file holds: columns, labels, texts, times and users, and what was decided."""
    for note in found.notes:
        print_note(printable(note))
    form = f"{found.format}{how_read(found)}"
    print_line(f"{found.name}: {form}, {counted(found.rows, 'row')}{_unreadable(found)}", style="bold")
    print_line()
    print_columns(found.columns)
    print_line()
    _print_labels(found)
    print_line()
    print_table(["", ""], list(_text_rows(found)))
    print_unread(found.embedder)
    print_decisions(found.decisions)


def print_unread(reading: EmbedderReading | None) -> None:
    """Print what the embedder does not read of the texts, and what to do."""
    for note in reading.notes() if reading else ():
        print_line()
        print_line(printable(note), style="yellow")


def print_decisions(decisions: Sequence[Decision]) -> None:
    """Print what was decided that is not certain, with the option that decides otherwise."""
    if not decisions:
        return
    print_line()
    print_line("decided, and changed with the option at the end of each line, or under `sources` in winnow.yaml:")
    for one in decisions:
        print_line(f"  {printable(one.what)}{_option(one)}")


def how_read(found: FileFindings | DialogueFindings) -> str:
    """The encoding of a text format, and the separator of delimited text."""
    separator = f"separator {'tab' if found.separator == TAB else repr(found.separator)}" if found.separator else ""
    stated = ", ".join(filter(None, [separator, found.encoding]))
    return f" ({stated})" if stated else ""


def _unreadable(found: FileFindings) -> str:
    if not found.unreadable:
        return ""
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.unreadable.items())
    return f", of which cannot be read: {reasons} ({printable(found.first_unreadable)})"


def print_columns(columns: Sequence[ColumnFinding]) -> None:
    """Print the columns of a file, and what each is taken for."""
    rows = [
        [one.name, one.role or "not used", f"{one.filled:,}", f"{one.distinct:,}", " · ".join(one.examples)]
        for one in columns[:SHOWN_COLUMNS]
    ]
    print_table(["column", "taken for", "rows", "distinct", "examples"], rows, right=[2, 3])
    if len(columns) > SHOWN_COLUMNS:
        print_line(f"and {counted(len(columns) - SHOWN_COLUMNS, 'more column')}, not used")


def _print_labels(found: FileFindings) -> None:
    counts = sorted(found.labels.counts.items(), key=lambda pair: -pair[1])
    if counts:
        shown = [[label, f"{rows:,}"] for label, rows in counts[:SHOWN_LABELS]]
        print_table(["label", "rows"], shown, right=[1])
        if len(counts) > SHOWN_LABELS:
            print_line(f"and {counted(len(counts) - SHOWN_LABELS, 'more label')}")
    print_line(f"{counted(len(counts), 'label')}; {counted(found.labels.unlabeled, 'row')} without a label")
    for one in found.labels.findings:
        print_line(f"  {printable(str(one))}", style="yellow")


def _text_rows(found: FileFindings) -> Iterator[list[str]]:
    texts = found.texts
    blank = f"; {counted(texts.blank, 'row')} without a text" if texts.blank else ""
    yield [
        "texts",
        f"{texts.texts:,}, of {texts.shortest:,} to {texts.longest:,} characters (median {texts.median}){blank}",
    ]
    if texts.too_long:
        yield ["too long", f"{texts.too_long:,}: `add` drops them; raise screen.max_characters in winnow.yaml"]
    yield ["exact repeats", f"{texts.repeats:,}"]
    shares = ", ".join(f"{code} {share:.0%}" for code, share in texts.languages.items())
    chosen = f" (language: {found.language})" if found.language else " (language: en, as long as winnow.yaml says so)"
    yield ["languages", (shares or "the texts are too short to tell") + chosen]
    if found.people:
        yield ["annotators", f"{found.people:,}, whose labels are stored as their decisions"]
    yield from when_and_who(found)
    yield license_row(found.section)


def when_and_who(found: FileFindings | DialogueFindings) -> Iterator[list[str]]:
    """The times of the rows, and their users or sessions."""
    if found.times:
        unread = f"; {counted(found.times.unreadable, 'time')} not readable" if found.times.unreadable else ""
        yield ["times", (f"{found.times.first} to {found.times.last}" if found.times.first else "none") + unread]
    if found.groups:
        groups = (
            f"{found.groups.groups:,} in {found.groups.column!r}, at most {counted(found.groups.largest, 'row')} each"
        )
        yield ["users or sessions", groups]


def license_row(section: SourceOptions) -> list[str]:
    """The license of the rows, or that a release needs one."""
    return [
        "license",
        section.license or "not stated, and a release needs one (--license NAME, own for your own data)",
    ]


def _option(decision: Decision) -> str:
    if not decision.parameter:
        return ""
    value = VALUES.get(decision.parameter, "COLUMN")
    return f"  ({option(decision.parameter)} {value})"
