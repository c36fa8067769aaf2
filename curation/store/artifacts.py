"""Releases and runs that this workspace made, and the hashes they must still have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.curation.store.database import Store
from winnow.curation.store.tables import artifact


def artifacts(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """Releases or runs, the oldest first, by the order in which they were entered: a clock may be set back."""
    query = select(artifact).where(artifact.c.kind == kind).order_by(text("rowid"))
    return [{**row, "detail": json.loads(row["detail"])} for row in connection.execute(query).mappings()]


def release_hashes(connection: Connection) -> dict[str, str]:
    """Release name to the SHA-256 of its manifest."""
    return {entry["name"]: entry["sha256"] for entry in artifacts(connection, "release")}


def record_run(store: Store, name: str, *, path: str, sha256: str, detail: Mapping[str, Any]) -> None:
    """Enter a run; the same run twice is one entry."""
    row = {
        "name": name,
        "kind": "run",
        "path": path,
        "sha256": sha256,
        "detail": json.dumps(dict(detail)),
        "at": utc_now(),
    }
    with store.writing() as connection:
        connection.execute(insert(artifact).values(**row).on_conflict_do_nothing())
