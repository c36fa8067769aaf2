"""List the runs of a workspace."""

from __future__ import annotations

from typing import Any

from winnow.operations._context import WorkspaceContext


def list_runs(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    """The recorded runs, oldest first; `deployed` says which one is in production."""
    from winnow.curation.store.artifacts import artifacts
    from winnow.curation.store.deployments import deployments

    with workspace.store.reading() as connection:
        deployed = {one.run for one in deployments(connection)[-1:]}
        return [{**entry, "deployed": entry["name"] in deployed} for entry in artifacts(connection, "run")]
