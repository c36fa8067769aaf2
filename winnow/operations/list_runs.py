"""List the runs of a workspace, or of any folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.errors import WinnowError
from winnow.operations._context import Context, WorkspaceContext, context_at
from winnow.operations.listed import Listed, places_below


def list_runs(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    """The recorded runs, oldest first; `deployed` says which one is in production, `available` if its folder exists.

    Runs that were copied into the workspace are recorded first.
    """
    return find_runs(workspace).entries


def find_runs(context: Context, folder: Path | None = None) -> Listed:
    """The runs of a workspace, or those in a folder: of another workspace, or of folders without one; the oldest first.

    `deployed` says which one is in production, which is known only in a workspace. Damaged runs, runs whose release is
    not here, and runs with the id of another one are problems.
    """
    place = context if folder is None else context_at(folder)
    if isinstance(place, WorkspaceContext):
        return _workspace_runs(place)
    return _folder_runs(folder or place.runs_folder)


def _workspace_runs(workspace: WorkspaceContext) -> Listed:
    from winnow.curation.store.artifacts import artifacts
    from winnow.curation.store.deployments import deployments
    from winnow.curation.store.remote_names import remote_places
    from winnow.operations.adopt_runs import adopt_runs

    problems = adopt_runs(workspace)
    with workspace.store.reading() as connection:
        deployed = {one.run for one in deployments(connection)[-1:]}
        entries = artifacts(connection, "run")
        places = remote_places(connection)
    root = workspace.folder.root
    return Listed(
        [
            {
                **entry,
                "deployed": entry["name"] in deployed,
                "available": (root / entry["path"]).is_dir(),
                "places": [place._asdict() for place in places.get(entry["name"], ())],
            }
            for entry in entries
        ],
        problems,
    )


def _folder_runs(folder: Path) -> Listed:
    """The runs in a folder, or the one that the folder is; the oldest first."""
    from winnow.core.hashing import file_sha256
    from winnow.training.runs import RUN_FILE, open_run

    entries, problems = [], []
    for path in places_below(folder, RUN_FILE):
        try:
            facts = open_run(path).facts
        except WinnowError as error:
            problems += error.problems
            continue
        entries.append(
            {
                "name": facts.run,
                "kind": "run",
                "path": str(path),
                "sha256": file_sha256(path / RUN_FILE),
                "detail": {"method": facts.method, "release": facts.release.name},
                "at": facts.trained_at,
                "deployed": False,
                "available": True,
                "places": [],
            }
        )
    return Listed(sorted(entries, key=lambda entry: (entry["at"], entry["name"])), problems)
