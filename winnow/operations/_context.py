"""Whether there is a workspace, decided once: where releases and runs are found, where results go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder

if TYPE_CHECKING:
    from winnow.curation.releases.release import Release
    from winnow.training.runs import Run


LOCAL_RUNS = Path("runs")
"""Where runs go when there is no workspace."""


def find_release(name_or_path: str | Path, folder: WorkspaceFolder | None, *, checked: bool = True) -> Release:
    """A release by the name it has in a workspace, or by its path."""
    from winnow.curation.releases.release import open_release

    return open_release(release_path(name_or_path, folder), checked=checked)


def release_path(name_or_path: str | Path, folder: WorkspaceFolder | None) -> Path:
    """Where a release lies that is named in a workspace, or by its path."""
    return _name_or_path(name_or_path, folder.releases if folder else None)


def find_run(id_or_path: str | Path, folder: WorkspaceFolder | None) -> Run:
    """A run by the id it has in a workspace, or by its path."""
    from winnow.training.runs import open_run

    return open_run(_name_or_path(id_or_path, folder.runs if folder else None))


def _name_or_path(name_or_path: str | Path, home: Path | None) -> Path:
    """A name in a workspace's folder, else a path."""
    inside = home / name_or_path if home and Path(name_or_path).name == str(name_or_path) else None
    return inside if inside and inside.exists() else Path(name_or_path)


def require_intents(task: Task) -> None:
    if task.kind != "intents":
        raise WinnowError(
            Problem(TASK_FILE, f"kind: {task.kind}", "kind: intents", "this version handles intents only")
        )
