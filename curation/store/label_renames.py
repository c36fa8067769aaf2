"""Label renames, oldest first."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.store.tables import label_rename


def label_renames(connection: Connection) -> list[LabelRename]:
    """All renames, oldest first."""
    query = select(label_rename.c.old, label_rename.c.new, label_rename.c.last_decision).order_by(label_rename.c.id)
    return [LabelRename(*row) for row in connection.execute(query)]


def store_label_rename(connection: Connection, rename: LabelRename, *, why: str, at: str) -> None:
    """Store a rename; it applies to decisions up to its `last_decision`."""
    connection.execute(label_rename.insert().values(**asdict(rename), why=why, at=at))
