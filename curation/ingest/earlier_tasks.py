"""Task files as they were before labels were renamed or merged, so that this can be undone with all that it removed."""

from __future__ import annotations

from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.hashing import stable_hash
from winnow.core.layout import WorkspaceFolder


def keep_task_file(folder: WorkspaceFolder, before: str, after: str) -> None:
    """Keep the text of the task file before a rename; `after` is its text afterwards."""
    folder.earlier_tasks.mkdir(parents=True, exist_ok=True)
    with atomic_write(_path(folder, after)) as temporary:
        temporary.write_text(before, encoding="utf-8")


def kept_task_file(folder: WorkspaceFolder, after: str) -> str | None:
    """The text before the rename that led to this text; None where the file was edited since, or a text forgotten."""
    path = _path(folder, after)
    return path.read_text(encoding="utf-8") if path.exists() else None


def _path(folder: WorkspaceFolder, after: str) -> Path:
    return folder.earlier_tasks / f"{stable_hash(after, length=20)}.yaml"
