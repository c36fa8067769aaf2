"""List the releases of a workspace, or of any folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.errors import WinnowError
from winnow.operations._context import Context, WorkspaceContext, context_at
from winnow.operations.listed import Listed, places_below


def list_releases(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    """The releases of a workspace, oldest first.

    `forgotten` counts the erased records that each still contains, `available` says whether its folder exists.
    """
    return find_releases(workspace).entries


def find_releases(context: Context, folder: Path | None = None) -> Listed:
    """The releases of a workspace, oldest first, or those in a folder, by name; damaged ones are problems."""
    place = context if folder is None else context_at(folder)
    if isinstance(place, WorkspaceContext):
        return Listed(_workspace_releases(place), [])
    return _folder_releases(folder or place.releases_folder)


def _workspace_releases(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    from winnow.curation.releases.membership import forgotten_counts
    from winnow.curation.store.artifacts import artifacts

    with workspace.store.reading() as connection:
        held = forgotten_counts(connection, workspace.folder)
        entries = artifacts(connection, "release")
    available = {path.name for path in workspace.folder.releases.glob("*") if path.is_dir()}
    return [{**e, "forgotten": held.get(e["name"], 0), "available": e["name"] in available} for e in entries]


def _folder_releases(folder: Path) -> Listed:
    """The releases in a folder, or the one that the folder is; a release does not say when it was frozen."""
    from winnow.curation.releases.manifest import MANIFEST
    from winnow.curation.releases.release import read_release

    found, problems = [], []
    for place in places_below(folder, MANIFEST):
        try:
            found.append(read_release(place))
        except WinnowError as error:
            problems += error.problems
    entries = [
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
    return Listed(entries, problems)
