"""Which releases hold a record, and how many forgotten records each still holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from winnow.core.layout import WorkspaceFolder
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import open_release
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Connection
from winnow.curation.store.forgotten import forgotten_ids


@dataclass(frozen=True)
class ReleaseMembership:
    """A release that holds a record."""

    release: str
    """Name of the release."""
    split: str
    """The split that holds the record."""


def releases_holding(connection: Connection, folder: WorkspaceFolder, record: str) -> Iterator[ReleaseMembership]:
    """Each release present in the workspace that holds a record."""
    import pyarrow.parquet as pq

    for entry in artifacts(connection, "release"):
        path = folder.releases / entry["name"]
        if not (path / MANIFEST).is_file():
            continue  # the folder was moved away; the ledger still lists it
        for split, count in open_release(path, checked=False).counts.items():
            file = path / "data" / f"{split}.parquet"
            if count and pq.read_table(file, columns=["id"], filters=[("id", "==", record)]).num_rows:
                yield ReleaseMembership(entry["name"], split)


def forgotten_counts(connection: Connection, folder: WorkspaceFolder) -> dict[str, int]:
    """How many forgotten records each release present in the workspace still holds."""
    import pyarrow.parquet as pq

    forgotten = forgotten_ids(connection)
    counts: dict[str, int] = {}
    for entry in artifacts(connection, "release") if forgotten else ():
        files = (folder.releases / entry["name"] / "data").glob("*.parquet")
        held = {record for path in files for record in pq.read_table(path, columns=["id"]).column("id").to_pylist()}
        counts[entry["name"]] = len(held & forgotten)
    return counts
