"""List the releases of a workspace, or of any folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.operations._context import Context, WorkspaceContext, context_at


def list_releases(context: Context, folder: Path | None = None) -> list[dict[str, Any]]:
    """The releases of a workspace, oldest first, or those in a folder, by name.

    `forgotten` counts the erased records that each still contains, `available` says whether its folder exists.
    """
    place = context if folder is None else context_at(folder)
    if isinstance(place, WorkspaceContext):
        return _workspace_releases(place)
    return _folder_releases(folder or place.releases_folder)


def _workspace_releases(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    from winnow.curation.releases.membership import forgotten_counts
    from winnow.curation.store.artifacts import artifacts

    with workspace.store.reading() as connection:
        held = forgotten_counts(connection, workspace.folder)
        entries = artifacts(connection, "release")
    available = {path.name for path in workspace.folder.releases.glob("*") if path.is_dir()}
    return [{**e, "forgotten": held.get(e["name"], 0), "available": e["name"] in available} for e in entries]


def _folder_releases(folder: Path) -> list[dict[str, Any]]:
    """The releases in a folder, or the one that the folder is; a release does not say when it was frozen."""
    from winnow.curation.releases.manifest import MANIFEST
    from winnow.curation.releases.release import read_release

    places = [folder, *(sorted(folder.iterdir()) if folder.is_dir() else ())]
    found = [read_release(place) for place in places if (place / MANIFEST).is_file()]
    return [
        {
            "name": release.name,
            "kind": "release",
            "path": str(release.path),
            "sha256": release.sha256,
            "detail": {"counts": release.counts},
            "at": "not stated",
            "forgotten": 0,
            "available": True,
        }
        for release in found
    ]
