"""Read a file before there is a task: what it holds, and how it would be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from winnow.config.source_options import COLUMN_ROLES, SourceOptions
from winnow.core.counted import counted
from winnow.curation.file_findings.describe_dialogues import describe_dialogues
from winnow.curation.file_findings.dialogue_findings import DialogueFindings
from winnow.curation.file_findings.file_findings import Decision, FileFindings, describe
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE
from winnow.curation.ingest.apply_section import columns_with, reading_options
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.filtered_rows import with_filter
from winnow.curation.io.readers.raw_rows import RawRows, read_rows
from winnow.curation.io.readers.source_rows import SourceRows, rows_of_file
from winnow.curation.io.readers.time_columns import with_times
from winnow.operations.embedder_notes import unread_texts
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS
from winnow.validators.text import Drop
from winnow.validators.time_cells import DayOrder

DEFAULT_LANGUAGE = "en"
"""The language of a new task where most texts are in none."""


def stated_options(
    columns: Columns | None = None,
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    where: str | None = None,
    time_format: str | None = None,
    license: str = UNKNOWN_LICENSE,
    no_label: tuple[str, ...] = (),
) -> SourceOptions:
    """What the user says about a file, as a section of `sources`."""
    named = {role: getattr(columns or Columns(), role, None) for role in COLUMN_ROLES}
    return SourceOptions(
        pattern="*",
        **{role: column for role, column in named.items() if column is not None},
        format=None if format == "auto" else format,
        encoding=encoding,
        table=table,
        where=where,
        time_format=time_format,
        license=None if license == UNKNOWN_LICENSE else license,
        no_label=no_label,
    )


def describe_file(path: Path, given: SourceOptions | None = None) -> FileFindings:
    """What a file of queries holds. `given` is what is known about it; everything else is recognized.

    Raises WinnowError for a file that cannot be read, or that has no text.
    """
    raw, source, stated, decided = _read(path, given, INTENTS)
    found = describe(raw, source, stated, decided=[*_dialogues_left_out(raw), *decided])
    values = (next(iter(row.content.values()), None) for row in source.rows if row.problem is None)
    texts = [value for value in values if isinstance(value, str)]
    return replace(found, embedder=unread_texts(texts, language=found.language or DEFAULT_LANGUAGE))


def describe_dialogue_file(path: Path, given: SourceOptions | None = None) -> DialogueFindings:
    """The same for a file of dialogues, with the tools that they declare.

    Raises WinnowError for a file that cannot be read, or of which no dialogue can be read.
    """
    raw, source, stated, decided = _read(path, given, TOOLS)
    found = describe_dialogues(raw, source, stated, decided=decided)
    return replace(found, embedder=unread_texts(found.compared, language=found.language or DEFAULT_LANGUAGE))


DESCRIBE: Mapping[str, Callable[[Path, SourceOptions | None], FileFindings | DialogueFindings]] = {
    INTENTS.name: describe_file,
    TOOLS.name: describe_dialogue_file,
}
"""How a file is read for each template."""


def _dialogues_left_out(raw: RawRows) -> list[Decision]:
    """That rows which offer tools are read as queries, because the template says so."""
    rows = [fields for _, fields in raw.rows if not isinstance(fields, Drop)]
    offering = sum(bool(fields.get("tools")) for fields in rows)
    if 2 * offering <= len(rows):
        return []
    what = f"queries, although {counted(offering, 'row')} offer tools: the answers and calls of dialogues are not read"
    return [Decision(what, "template")]


class _FileReading(NamedTuple):
    """A file as it was read, and what was decided for it."""

    raw: RawRows
    source: SourceRows
    stated: SourceOptions
    decided: Sequence[Decision]


def _read(path: Path, given: SourceOptions | None, kind: Kind) -> _FileReading:
    stated = given or SourceOptions(pattern="*")
    reading = reading_options(stated, format="auto", encoding=None, table=None, header=None)
    raw = with_filter(read_rows(path, **reading), stated.where)
    rows = rows_of_file(raw, columns=columns_with(stated, None), kind=kind, labels=None)
    source = with_times(rows, stated.time_format)
    if not source.time_question:
        return _FileReading(raw, source, stated, [])
    example = f"{source.time_question!r} in {source.columns.time!r}"
    order = Decision(f"{example}: the day stands first, because no other date decides", "time_format")
    source = with_times(replace(source, time_question=""), DayOrder.DAY_FIRST)
    return _FileReading(raw, source, stated.model_copy(update={"time_format": DayOrder.DAY_FIRST.value}), [order])
