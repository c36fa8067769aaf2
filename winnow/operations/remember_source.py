"""Write to `sources` what `add` was told about the columns of a file, so that it knows them the next time."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from winnow.config.add_source import add_source_to_text
from winnow.config.source_options import COLUMN_ROLES, SourceOptions, section_for
from winnow.core.atomic import atomic_write
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.operations._context import WorkspaceContext


def remember_sources(
    workspace: WorkspaceContext, files: Iterable[Path], columns: Columns, reading: dict[str, Any]
) -> list[str]:
    """Add a section for each file whose options are not in the task file yet; notes say which.

    `reading` are the options of the reader. Nothing is written where nothing but the column of groups was given, which
    the workspace remembers for all files with the same columns. Dropped rows remember their columns themselves.
    """
    chosen = {role: getattr(columns, role, None) for role in COLUMN_ROLES}
    given = {name: value for name, value in {**chosen, **reading}.items() if value not in (None, "auto")}
    notes: list[str] = []
    if given.keys() <= {"group"}:
        return notes
    state = workspace.folder.state.resolve()
    for name in dict.fromkeys(file.name for file in files if not file.resolve().is_relative_to(state)):
        known = section_for(workspace.task.sources, name)
        stated = known.model_dump(exclude_defaults=True, exclude={"pattern"}) if known else {}
        if {**stated, **given} != stated:
            notes.append(_remember(workspace, SourceOptions(pattern=glob.escape(name), **{**stated, **given})))
    return notes


def _remember(workspace: WorkspaceContext, section: SourceOptions) -> str:
    """Write one section; returns what was done, or why it was not."""
    path = workspace.folder.task_file
    try:
        text = add_source_to_text(path.read_text(encoding="utf-8-sig"), section)
    except WinnowError as error:
        return f"the options are not remembered: {error.problems[0]}"
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return f"{section.pattern}: these options are in `sources` of {path.name} now; `add` takes them from there"
