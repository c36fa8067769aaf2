"""Winnow: turn raw user queries into a labeled dataset that a team can trust.

    import winnow

    ws = winnow.open(".")
    ws.add("queries.csv")
    ws.check()
    release = ws.freeze("first")

Every command of the command line is a method of `Workspace` with the same name; tables are pandas in and out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.call_arguments import check_call
from winnow.core.errors import WinnowError
from winnow.core.version import __version__

if TYPE_CHECKING:
    from winnow.interaction_log import log_interaction
    from winnow.workspace import Workspace

__all__ = ["WinnowError", "__version__", "init", "log_interaction", "open"]


@check_call(dict)
def open(path: str | Path = ".") -> Workspace:  # noqa: A001  (users call it as winnow.open)
    """The workspace at a folder or above it. Raises WinnowError if there is none."""
    from winnow.workspace import Workspace

    return Workspace.find(Path(path))


@check_call(dict)
def init(path: str | Path, *, template: str = "intents", from_file: str | Path | None = None) -> Workspace:
    """Create a workspace with a commented `winnow.yaml`, with the labels of the data file `from_file` if given."""
    from winnow.curation.io.readers.source_rows import read_file
    from winnow.workspace import Workspace

    return Workspace.init(Path(path), template=template, from_file=read_file(Path(from_file)) if from_file else None)


def __getattr__(name: str) -> Any:
    """`log_interaction`, imported when it is first used."""
    if name != "log_interaction":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from winnow.interaction_log import log_interaction

    return log_interaction
