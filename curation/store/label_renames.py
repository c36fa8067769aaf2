"""Label renames, oldest first."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.store.tables import label_rename


def label_renames(connection: Connection) -> list[LabelRename]:
    """All renamings, the oldest first."""
    query = select(label_rename.c.old, label_rename.c.new, label_rename.c.last_decision).order_by(label_rename.c.id)
    return [LabelRename(*row) for row in connection.execute(query)]
