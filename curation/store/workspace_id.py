"""The random id of a workspace, which its datasets in Argilla carry."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import setting

SETTING = "workspace_id"

ID_BYTES = 16
"""128 bits, as a random UUID: two workspaces never draw the same id."""


def workspace_id(connection: Connection) -> str:
    """The id of this workspace, drawn and stored at the first call; the connection must be able to write.

    A copy of the database that is made later has the same id, one that is made earlier draws its own.
    """
    drawn = {"name": SETTING, "value": secrets.token_hex(ID_BYTES)}
    insert_new(connection, setting, [drawn])
    return str(connection.execute(select(setting.c.value).where(setting.c.name == SETTING)).scalar_one())
