"""A session with Argilla that no other push or pull shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from filelock import FileLock, Timeout

from winnow.core.errors import Problem, ServiceError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.ownership import Ownership, open_ownership
from winnow.curation.labeling.server.connection import ArgillaConnection, connect_to_argilla
from winnow.curation.store.database import Store

LOCK_SECONDS = 120


@dataclass(frozen=True)
class ArgillaSession:
    """An Argilla server and a client of it."""

    connection: ArgillaConnection
    client: ArgillaClient
    ownership: Ownership

    @property
    def workspace_id(self) -> str:
        """The id that this workspace's datasets carry."""
        return self.ownership.workspace_id


@contextmanager
def argilla_session(folder: WorkspaceFolder, store: Store) -> Iterator[ArgillaSession]:
    """Connect to the workspace's Argilla and check that its datasets belong to this workspace.

    Raises ServiceError when none runs, or another push or pull does not end; WinnowError for a foreign dataset.
    """
    connection = connect_to_argilla(folder.server)
    with exclusive_queues(folder):
        yield open_session(connection, store)


def open_session(connection: ArgillaConnection, store: Store) -> ArgillaSession:
    """A session, for a process that has the queues to itself. Raises WinnowError for a foreign dataset."""
    client = ArgillaClient(connection.url, connection.key)
    ownership = open_ownership(store, client, connection)
    ownership.claim_datasets()
    return ArgillaSession(connection, client, ownership)


@contextmanager
def exclusive_queues(folder: WorkspaceFolder) -> Iterator[None]:
    """Only one process at a time changes what Argilla holds."""
    lock = FileLock(folder.state / "queues.lock", timeout=LOCK_SECONDS)
    try:
        with lock:
            yield
    except Timeout as error:
        found, fix = "another push or pull is running", "wait until it ends, then run this again"
        raise ServiceError(Problem(str(folder.root), found, "", fix)) from error
