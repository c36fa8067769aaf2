"""A session with Argilla that no other push or pull shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from filelock import FileLock, Timeout

from winnow.core.errors import Problem, ServiceError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.server.connection import ArgillaConnection, connect_to_argilla

LOCK_SECONDS = 120


@dataclass(frozen=True)
class ArgillaSession:
    """An Argilla server and a client of it."""

    connection: ArgillaConnection
    client: ArgillaClient


@contextmanager
def argilla_session(folder: WorkspaceFolder) -> Iterator[ArgillaSession]:
    """Connect to the workspace's Argilla. Raises ServiceError when none runs, or another push or pull does not end."""
    connection = connect_to_argilla(folder.server)
    with exclusive_queues(folder):
        yield ArgillaSession(connection, ArgillaClient(connection.url, connection.key))


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
