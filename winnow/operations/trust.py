"""Allow a file of a workspace to run on this machine."""

from __future__ import annotations

from pathlib import Path

from winnow.core.errors import Problem, WinnowError
from winnow.core.trusted_files import trust_file
from winnow.operations._context import WorkspaceContext


def trust(workspace: WorkspaceContext, file: str | Path) -> Path:
    """Allow a Python file that `facets:` names to run as it is now, on this machine; returns its path.

    The file is named as in winnow.yaml, or by its absolute path.
    """
    root = workspace.folder.root.resolve()
    named = {(root / location.rpartition(":")[0]).resolve() for location in workspace.task.facets.values()}
    path = (root / file).resolve()
    if path not in named or not path.is_file():
        known = ", ".join(str(one.relative_to(root)) for one in sorted(named) if one.is_relative_to(root))
        raise WinnowError(
            Problem(str(file), "no file that `facets:` in winnow.yaml names", known or "no file is named there")
        )
    trust_file(path)
    return path
