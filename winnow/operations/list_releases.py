"""List the releases of a workspace."""

from __future__ import annotations

from typing import Any

from winnow.operations._context import WorkspaceContext


def list_releases(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    """The recorded releases, oldest first.

    `forgotten` counts the erased records that each still contains, `available` says whether its folder exists.
    """
    from winnow.curation.releases.membership import forgotten_counts
    from winnow.curation.store.artifacts import artifacts

    with workspace.store.reading() as connection:
        held = forgotten_counts(connection, workspace.folder)
        entries = artifacts(connection, "release")
    available = {path.name for path in workspace.folder.releases.glob("*") if path.is_dir()}
    return [{**e, "forgotten": held.get(e["name"], 0), "available": e["name"] in available} for e in entries]
