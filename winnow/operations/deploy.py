"""Record which run is in production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.operations._context import WorkspaceContext
from winnow.operations.adopt_runs import copy_into_workspace
from winnow.operations.list_runs import list_runs

if TYPE_CHECKING:
    from winnow.core.deployment import Deployment
    from winnow.curation.releases.deploy import RecordedDeployment


def deploy(workspace: WorkspaceContext, id_or_path: str | Path, *, by: str, reason: str) -> RecordedDeployment:
    """Record that a run is in production from now on; a run that lies elsewhere is copied into the workspace first."""
    from winnow.curation.releases.deploy import deploy as record_deployment

    known = {entry["name"] for entry in list_runs(workspace)}
    named = str(id_or_path) in known or not Path(id_or_path).is_dir()
    run = str(id_or_path) if named else copy_into_workspace(workspace, workspace.run(id_or_path)).id
    if (workspace.folder.runs / run).is_dir():
        workspace.run(run)  # its problems are raised before it is recorded
    return record_deployment(workspace.store, workspace.folder, run, by=by, reason=reason)


def list_deployments(workspace: WorkspaceContext) -> list[Deployment]:
    """Every deployment, oldest first; the last one is in production."""
    from winnow.curation.store.deployments import deployments

    with workspace.store.reading() as connection:
        return deployments(connection)
