"""The table of flags: remarks about records, such as `unclear`, with their authors."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import flag

LANGUAGE_FLAG = "language"
"""The name of the flag of a record that seems to be in a language other than the task's."""


def all_flags(connection: Connection) -> list[tuple[str, str]]:
    """Record and name of every flag."""
    return [(row.record_id, row.name) for row in connection.execute(select(flag.c.record_id, flag.c.name))]


def records_with_flag(connection: Connection, name: str) -> set[str]:
    """The records that have a flag of this name."""
    return set(connection.execute(select(flag.c.record_id).where(flag.c.name == name)).scalars())


def set_flag(connection: Connection, record_id: str, name: str, detail: str) -> bool:
    """Flag a record; returns whether the flag is new."""
    values = {"record_id": record_id, "name": name, "detail": detail}
    return bool(connection.execute(insert(flag).values(**values).on_conflict_do_nothing()).rowcount)


def clear_flag(connection: Connection, record_id: str, name: str, detail: str) -> None:
    """Remove a flag, if it was set with this detail."""
    connection.execute(delete(flag).filter_by(record_id=record_id, name=name, detail=detail))


@dataclass(frozen=True)
class RecordFlag:
    """A remark about a record."""

    name: str
    """What is remarked, such as `unclear`."""
    detail: str
    """By whom, or what was found."""


def flags_of(connection: Connection, record_id: str) -> list[RecordFlag]:
    """Each flag of a record."""
    query = select(flag.c.name, flag.c.detail).where(flag.c.record_id == record_id)
    return [RecordFlag(**row) for row in connection.execute(query).mappings()]


def store_language_flags(connection: Connection, languages: dict[str, str]) -> None:
    """Flag records whose text seems to be in a language other than the task's; `languages` maps record to language."""
    rows = [{"record_id": record, "name": LANGUAGE_FLAG, "detail": detail} for record, detail in languages.items()]
    insert_new(connection, flag, rows)
