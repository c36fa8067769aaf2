"""The ledger: which releases and runs this workspace made, and the hashes they must still have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from curation.store import Store
from curation.store import tables as t


def entries(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """Releases or runs, the oldest first."""
    query = select(t.ledger).where(t.ledger.c.kind == kind).order_by(t.ledger.c.at, t.ledger.c.name)
    return [{**row, "detail": json.loads(row["detail"])} for row in connection.execute(query).mappings()]


def release_hashes(connection: Connection) -> dict[str, str]:
    """Release name to the SHA-256 of its manifest."""
    return {entry["name"]: entry["sha256"] for entry in entries(connection, "release")}


def enter_run(store: Store, name: str, *, path: str, sha256: str, detail: Mapping[str, Any]) -> None:
    """Enter a run; the same run twice is one entry."""
    row = {
        "name": name,
        "kind": "run",
        "path": path,
        "sha256": sha256,
        "detail": json.dumps(dict(detail)),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with store.writing() as connection:
        connection.execute(insert(t.ledger).values(**row).on_conflict_do_nothing())
