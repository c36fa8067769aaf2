"""The ledger: which releases and runs this workspace made, and the hashes they must still have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.folder import Folder
from curation.release import MANIFEST, open_release
from curation.store import Store
from curation.store import tables as t
from curation.working import forgotten_ids


def entries(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """Releases or runs, the oldest first, by the order in which they were entered: a clock may be set back."""
    query = select(t.ledger).where(t.ledger.c.kind == kind).order_by(text("rowid"))
    return [{**row, "detail": json.loads(row["detail"])} for row in connection.execute(query).mappings()]


def release_hashes(connection: Connection) -> dict[str, str]:
    """Release name to the SHA-256 of its manifest."""
    return {entry["name"]: entry["sha256"] for entry in entries(connection, "release")}


def placements(connection: Connection, folder: Folder, record: str) -> Iterator[tuple[str, str]]:
    """Each release at hand that holds a record, and in which split."""
    import pyarrow.parquet as pq

    for entry in entries(connection, "release"):
        path = folder.releases / entry["name"]
        if not (path / MANIFEST).is_file():
            continue  # the folder was moved away; the ledger still knows it
        for split, count in open_release(path, checked=False).counts.items():
            file = path / "data" / f"{split}.parquet"
            if count and pq.read_table(file, columns=["id"], filters=[("id", "==", record)]).num_rows:
                yield entry["name"], split


def forgotten_in(connection: Connection, folder: Folder) -> dict[str, int]:
    """How many forgotten records each release at hand still holds."""
    import pyarrow.parquet as pq

    gone = forgotten_ids(connection)
    counts: dict[str, int] = {}
    for entry in entries(connection, "release") if gone else ():
        files = (folder.releases / entry["name"] / "data").glob("*.parquet")
        held = {record for path in files for record in pq.read_table(path, columns=["id"]).column("id").to_pylist()}
        counts[entry["name"]] = len(held & gone)
    return counts


def enter_run(store: Store, name: str, *, path: str, sha256: str, detail: Mapping[str, Any]) -> None:
    """Enter a run; the same run twice is one entry."""
    row = {
        "name": name,
        "kind": "run",
        "path": path,
        "sha256": sha256,
        "detail": json.dumps(dict(detail)),
        "at": now(),
    }
    with store.writing() as connection:
        connection.execute(insert(t.ledger).values(**row).on_conflict_do_nothing())
