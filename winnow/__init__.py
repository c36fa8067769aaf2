"""Winnow: turn raw user queries into a dataset worth training on.

    import winnow

    ws = winnow.open(".")
    ws.add("queries.csv")
    ws.check()
    release = ws.freeze("first")

Every command of the command line is a method of `Workspace` with the same name; tables are pandas in and out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.rooms import clashes

_CLASHES = clashes()
if _CLASHES:
    _SENTENCE = "Winnow cannot start:\n" + "\n".join(f"- {sentence}" for sentence in _CLASHES)
    if Path(sys.argv[0]).stem == "winnow":  # the command: a sentence and no traceback
        sys.exit(_SENTENCE)
    raise ImportError(_SENTENCE)

from validators.faults import WinnowError  # noqa: E402  (after the rooms are known to be ours)

if TYPE_CHECKING:
    from winnow.workspace import Workspace

__all__ = ["WinnowError", "init", "open"]


def open(path: str | Path = ".") -> Workspace:  # noqa: A001  (winnow.open reads as what it does)
    """The workspace at a folder or above it."""
    from winnow.workspace import Workspace

    return Workspace.find(Path(path))


def init(path: str | Path, *, template: str = "intents", from_file: str | Path | None = None) -> Workspace:
    """Write a first `winnow.yaml`; `from_file` takes the labels from data."""
    from curation.reading import read_file
    from winnow.workspace import Workspace

    return Workspace.init(Path(path), template=template, from_file=read_file(Path(from_file)) if from_file else None)
