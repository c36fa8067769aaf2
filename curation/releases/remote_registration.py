"""Register the id that a run has in a runtime, without deploying the run."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.core.layout import WorkspaceFolder
from winnow.core.statement import stated
from winnow.curation.releases.deploy import check_decision
from winnow.curation.store.database import Store
from winnow.curation.store.remote_names import RemotePlace, store_remote_name


@dataclass(frozen=True)
class RemoteRegistration:
    """The id of a run in a runtime."""

    run: str
    """Id of the run."""
    target: str
    """The runtime."""
    remote_id: str
    """The id or name of the run there."""
    new: bool
    """False when the run had this id before."""


def register(
    store: Store, folder: WorkspaceFolder, run: str, *, place: RemotePlace, by: str, reason: str
) -> RemoteRegistration:
    """Record the id of a run in a runtime, by whom and why, in one transaction; an id is never that of two runs.

    Raises WinnowError for a run that is not in the ledger or has no folder, an empty name or reason, or an id of
    another run, and GateError when the run has changed since it was recorded.
    """
    by, reason = stated(by), stated(reason)
    with store.writing() as connection:
        check_decision(connection, folder, run, by=by, reason=reason, place=place, verb="register")
        new = store_remote_name(connection, place, run, by=by, reason=reason)
    return RemoteRegistration(run, place.target, place.name, new)
