"""Occurrences: which source contains which record, and when it occurred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from winnow.core.vocabulary import Origin
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import forgotten, occurrence, record, source


@dataclass(frozen=True)
class LogOccurrence:
    """One occurrence of a record in a log."""

    record: str
    text: str
    group: str
    time: str
    """As written in the source; empty when it has none."""


def log_occurrences(connection: Connection) -> list[LogOccurrence]:
    """Every occurrence in an unretracted log, in the order in which they were added; forgotten records excluded."""
    query = (
        select(record.c.id, record.c.content, record.c.group_id, occurrence.c.time)
        .join(occurrence, occurrence.c.record_id == record.c.id)
        .join(source, source.c.id == occurrence.c.source_id)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .where(record.c.id.not_in(select(forgotten.c.record_id)))
        .order_by(occurrence.c.id)
    )
    rows = connection.execute(query)
    return [LogOccurrence(record_id, text, group, time or "") for record_id, text, group, time in rows]


def log_times(connection: Connection) -> dict[str, list[str]]:
    """The times at which each record occurred in a log, as written in the source; empty strings for missing times."""
    query = (
        select(occurrence.c.record_id, occurrence.c.time)
        .join(source)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    times: dict[str, list[str]] = {}
    for record_id, time in connection.execute(query):
        times.setdefault(record_id, []).append(time or "")
    return times


@dataclass(frozen=True)
class SessionOccurrence:
    """One occurrence of a record in a session."""

    record: str
    source: str
    session: str
    row: int
    time: str
    """As written in the source; empty when it has none."""


def session_occurrences(connection: Connection) -> list[SessionOccurrence]:
    """Every occurrence with a session in an unretracted source of people's texts, in the order of adding."""
    columns = occurrence.c
    query = (
        select(columns.record_id, columns.source_id, columns.session, columns.row, columns.time)
        .join(source, source.c.id == columns.source_id)
        .where(columns.session.is_not(None), source.c.retracted_at.is_(None), source.c.origin != Origin.SYNTHETIC)
        .order_by(columns.id)
    )
    return [
        SessionOccurrence(record_id, source_id, session, row, time or "")
        for record_id, source_id, session, row, time in connection.execute(query)
    ]


class SourceRowPlace(NamedTuple):
    """Where a source shows a record."""

    name: str
    """File name of the source."""
    row: int
    """Row number in the file, from 1."""


def first_rows(connection: Connection) -> dict[str, SourceRowPlace]:
    """The first row of an unretracted source that shows each record."""
    columns = occurrence.c
    query = (
        select(columns.record_id, source.c.name, columns.row)
        .join(source, source.c.id == columns.source_id)
        .where(source.c.retracted_at.is_(None))
        .order_by(columns.id.desc())
    )
    return {record_id: SourceRowPlace(name, row) for record_id, name, row in connection.execute(query)}


def rows_of_sources(connection: Connection, sources: set[str]) -> dict[tuple[str, int], str]:
    """The record of every row of these sources, by source and row number."""
    columns = occurrence.c
    query = select(columns.source_id, columns.row, columns.record_id).where(columns.source_id.in_(sources))
    return {(source_id, row): record for source_id, row, record in connection.execute(query)}


def insert_occurrences(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store occurrences; one that is already stored is not changed."""
    insert_new(connection, occurrence, rows)


@dataclass(frozen=True)
class RecordOccurrence:
    """One time a source showed a record."""

    name: str
    """File name of the source."""
    row: int
    """Row number in the file, from 1."""
    given_label: str | None
    """As written in the file."""
    given_split: str | None
    """The official split that the file declares."""
    origin: str
    """Where the rows of the source come from: a value of `Origin`."""
    license: str
    """Declared license of the source."""
    session: str | None
    """As written in the file."""
    time: str | None
    """As written in the file."""
    at: str
    """When the source was added: ISO 8601, UTC."""
    retracted_at: str | None
    """When the source was retracted; None while it counts."""


def occurrences_of(connection: Connection, record_id: str) -> list[RecordOccurrence]:
    """Every occurrence of a record with its source, retracted ones included, in the order in which they were added."""
    columns, of_source = occurrence.c, source.c
    query = (
        select(of_source.name, columns.row, columns.given_label, columns.given_split, of_source.origin)
        .add_columns(of_source.license, columns.session, columns.time, of_source.at, of_source.retracted_at)
        .join(source, of_source.id == columns.source_id)
        .where(columns.record_id == record_id)
        .order_by(columns.id)
    )
    return [RecordOccurrence(**row) for row in connection.execute(query).mappings()]
