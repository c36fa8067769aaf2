"""Read a file before there is a task: what it holds, and how it would be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from winnow.config.source_options import COLUMN_ROLES, SourceOptions
from winnow.curation.file_findings.file_findings import Decision, FileFindings, describe
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE
from winnow.curation.ingest.apply_section import columns_with, reading_options
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.filtered_rows import with_filter
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.io.readers.source_rows import SourceRows, rows_of_file
from winnow.curation.io.readers.time_columns import with_times
from winnow.operations.embedder_notes import unread_texts
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
    stated = given or SourceOptions(pattern="*")
    reading = reading_options(stated, format="auto", encoding=None, table=None, header=None)
    raw = with_filter(read_rows(path, **reading), stated.where)
    source = with_times(rows_of_file(raw, columns=columns_with(stated, None), labels=None), stated.time_format)
    if not source.time_question:
        return _with_embedder(describe(raw, source, stated), source)
    example = f"{source.time_question!r} in {source.columns.time!r}"
    order = Decision(f"{example}: the day stands first, because no other date decides", "time_format")
    source = with_times(replace(source, time_question=""), DayOrder.DAY_FIRST)
    stated = stated.model_copy(update={"time_format": DayOrder.DAY_FIRST.value})
    return _with_embedder(describe(raw, source, stated, decided=[order]), source)


def _with_embedder(found: FileFindings, source: SourceRows) -> FileFindings:
    """The findings, and what the bundled embedder does not read of the texts."""
    values = (next(iter(row.content.values()), None) for row in source.rows if row.problem is None)
    texts = [value for value in values if isinstance(value, str)]
    return replace(found, embedder=unread_texts(texts, language=found.language or DEFAULT_LANGUAGE))
