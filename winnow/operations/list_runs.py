"""List the runs of a workspace, or of any folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.operations._context import Context, WorkspaceContext, context_at


@dataclass(frozen=True)
class ListedRuns:
    """The runs that were found, and why others cannot be used."""

    runs: list[dict[str, Any]]
    """Oldest first; `deployed` says which one is in production."""
    problems: list[Problem]
    """Damaged runs, runs whose release is not here, and runs with the id of another one."""


def list_runs(workspace: WorkspaceContext) -> list[dict[str, Any]]:
    """The recorded runs, oldest first; `deployed` says which one is in production, `available` if its folder exists.

    Runs that were copied into the workspace are recorded first.
    """
    return find_runs(workspace).runs


def find_runs(context: Context, folder: Path | None = None) -> ListedRuns:
    """The runs of a workspace, or those in a folder: of another workspace, or of folders without one."""
    place = context if folder is None else context_at(folder)
    if isinstance(place, WorkspaceContext):
        return _workspace_runs(place)
    return _folder_runs(folder or place.runs_folder)


def _workspace_runs(workspace: WorkspaceContext) -> ListedRuns:
    from winnow.curation.store.artifacts import artifacts
    from winnow.curation.store.deployments import deployments
    from winnow.operations.adopt_runs import adopt_runs

    problems = adopt_runs(workspace)
    with workspace.store.reading() as connection:
        deployed = {one.run for one in deployments(connection)[-1:]}
        entries = artifacts(connection, "run")
    root = workspace.folder.root
    return ListedRuns(
        [
            {**entry, "deployed": entry["name"] in deployed, "available": (root / entry["path"]).is_dir()}
            for entry in entries
        ],
        problems,
    )


def _folder_runs(folder: Path) -> ListedRuns:
    """The runs in a folder, or the one that the folder is; the oldest first."""
    from winnow.core.hashing import file_sha256
    from winnow.training.runs import RUN_FILE, open_run

    entries, problems = [], []
    for path in (folder, *(sorted(folder.iterdir()) if folder.is_dir() else ())):
        if not (path / RUN_FILE).is_file():
            continue
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
            }
        )
    return ListedRuns(sorted(entries, key=lambda entry: (entry["at"], entry["name"])), problems)
