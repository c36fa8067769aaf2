"""The ledger: the releases and runs of this workspace, with the hashes that they must still have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.database import Store
from winnow.curation.store.tables import artifact


def artifacts(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """Releases or runs in the order in which they were recorded, not by time: the clock may have been set back."""
    query = select(artifact).where(artifact.c.kind == kind).order_by(text("rowid"))
    return [{**row, "detail": json.loads(row["detail"])} for row in connection.execute(query).mappings()]


def release_hashes(connection: Connection) -> dict[str, str]:
    """Release name to the SHA-256 of its manifest."""
    return {entry["name"]: entry["sha256"] for entry in artifacts(connection, "release")}


def run_hashes(connection: Connection) -> dict[str, str]:
    """Run id to the SHA-256 of its `run.json`."""
    return {entry["name"]: entry["sha256"] for entry in artifacts(connection, "run")}


def artifact_exists(connection: Connection, name: str) -> bool:
    """Whether a release or run with this name was ever recorded."""
    return bool(connection.execute(select(func.count()).where(artifact.c.name == name)).scalar_one())


def record_release(connection: Connection, name: str, *, path: str, sha256: str, detail: Mapping[str, Any]) -> None:
    """Record a release, in the same transaction that moves its folder into place."""
    connection.execute(insert(artifact).values(**_row("release", name, path, sha256, detail)))


def record_run(store: Store, name: str, *, path: str, sha256: str, detail: Mapping[str, Any]) -> None:
    """Record a run; recording the same run twice gives one entry."""
    with store.writing() as connection:
        insert_new(connection, artifact, [_row("run", name, path, sha256, detail)])


def _row(kind: str, name: str, path: str, sha256: str, detail: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": name,
        "kind": kind,
        "path": path,
        "sha256": sha256,
        "detail": json.dumps(dict(detail)),
        "at": utc_now(),
    }
