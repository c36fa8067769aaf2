"""Records whose content was forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select, update

from winnow.curation.store import tables
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.machine_written import key_hash, machine_written
from winnow.curation.store.records import StoredRecord
from winnow.curation.store.supersessions import forget_supersessions
from winnow.curation.store.tables import forgotten, record_group
from winnow.curation.store.taken_lines import forget_interactions


def forgotten_ids(connection: Connection) -> frozenset[str]:
    """Records whose content was forgotten."""
    return frozenset(row[0] for row in connection.execute(select(forgotten.c.record_id)))


def forgotten_by_id_prefix(connection: Connection, prefix: str) -> dict[str, Any] | None:
    """The first forgotten record whose id starts with this prefix: its id, and when and why it was forgotten."""
    query = select(forgotten).where(forgotten.c.record_id.startswith(prefix, autoescape=True))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def blank_record(connection: Connection, record: StoredRecord, *, why: str, at: str) -> None:
    """Mark a record as forgotten and remove its content from every table; the last one also clears its group's name.

    A record that was shown after a machine wrote its text keeps the hash of its repeat key, which recognizes the text
    in later files.
    """
    key = machine_written(connection).record_keys.get(record.id)
    values = {"record_id": record.id, "why": why, "at": at, "key_hash": None if key is None else key_hash(key)}
    insert_new(connection, forgotten, [values])
    connection.execute(update(tables.record).where(tables.record.c.id == record.id).values(content="", fold_key=""))
    _update(connection, tables.occurrence, record.id, session=None, time=None)
    _update(connection, tables.decision, record.id, why="")
    _update(connection, tables.response, record.id, content="{}")
    connection.execute(delete(tables.source_form).where(tables.source_form.c.record_id == record.id))
    connection.execute(delete(tables.flag).where(tables.flag.c.record_id == record.id))
    connection.execute(delete(tables.suspected_error).where(tables.suspected_error.c.record_id == record.id))
    _update(connection, tables.candidate, record.id, detail="{}")
    forget_supersessions(connection, record.id)
    forget_interactions(connection, record.id)
    if _is_group_forgotten(connection, record.group_id):
        connection.execute(update(record_group).where(record_group.c.id == record.group_id).values(declared=""))


def _update(connection: Connection, table: Any, record: str, **values: str | None) -> None:
    connection.execute(update(table).where(table.c.record_id == record).values(**values))


def _is_group_forgotten(connection: Connection, group: str) -> bool:
    """Whether every record of a group is forgotten now."""
    ids = select(forgotten.c.record_id)
    left = select(tables.record.c.id).where(tables.record.c.group_id == group, tables.record.c.id.not_in(ids)).limit(1)
    return connection.execute(left).first() is None
