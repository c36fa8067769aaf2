"""What the first source of a record held beside its content, such as the text of its calls."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import source_form


def insert_source_forms(connection: Connection, forms: Mapping[str, str]) -> None:
    """Store the source form of records, by id, as JSON; one that is already stored is not changed."""
    insert_new(connection, source_form, [{"record_id": record, "content": form} for record, form in forms.items()])


def source_form_of(connection: Connection, record: str) -> str:
    """The source form of a record as JSON; empty if it has none."""
    query = select(source_form.c.content).where(source_form.c.record_id == record)
    return connection.execute(query).scalar() or ""
