"""Record that a router answers with a run from now on. This is no deployment."""

from __future__ import annotations

from typing import NamedTuple

from winnow.core.layout import WorkspaceFolder
from winnow.core.router_selection import RouterSelection
from winnow.core.statement import stated
from winnow.curation.releases.deploy import check_decision
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.deployments import deployments
from winnow.curation.store.router_selections import last_selection, store_selection


class RecordedSelection(NamedTuple):
    """The selection of a run."""

    selection: RouterSelection
    new: bool
    """False when it was recorded before, and nothing was decided since."""


def check_selection(store: Store, folder: WorkspaceFolder, run: str, *, by: str, reason: str) -> None:
    """Check a selection before the model is loaded.

    Raises WinnowError for a run that is not in the ledger or has no folder, and for an empty name or reason, and
    GateError when the run has changed since it was recorded.
    """
    with store.reading() as connection:
        check_decision(connection, folder, run, by=by, reason=reason, verb="select")


def select_for_router(store: Store, folder: WorkspaceFolder, run: str, *, by: str, reason: str) -> RecordedSelection:
    """Record that a router answers with a run, by whom and why.

    The last selection, by the same person for the same reason, is not recorded twice unless a run was deployed since.
    Raises the errors of `check_selection`.
    """
    by, reason = stated(by), stated(reason)
    with store.writing() as connection:
        check_decision(connection, folder, run, by=by, reason=reason, verb="select")
        last = last_selection(connection)
        if last and (last.run, last.by, last.reason) == (run, by, reason) and not _deployed_since(connection, last.at):
            return RecordedSelection(last, new=False)
        return RecordedSelection(store_selection(connection, run, by=by, reason=reason), new=True)


def _deployed_since(connection: Connection, at: str) -> bool:
    return any(one.at > at for one in deployments(connection)[-1:])
