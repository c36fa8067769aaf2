"""Refuse options of `add` that would have no effect on rows which keep what was stated about them before."""

from __future__ import annotations

from dataclasses import asdict

from winnow.core.errors import Parameter, Problem
from winnow.curation.ingest.add_options import AddOptions
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRows


def options_without_effect(source: SourceRows, options: AddOptions, columns: Columns | None) -> list[Problem]:
    """The options that were given although the rows of a source keep their own; empty for a file of other rows.

    Lines of an interaction log have fields of their own. Rows of a release keep origin, split, batch and columns.
    Dropped rows keep the columns that their file was added with; their other options are compared with those of that
    file when they are screened.
    """
    roles = {role: column for role, column in asdict(columns or Columns()).items() if role != "content" and column}
    if source.restored:
        stated: dict[str, object] = {
            "origin": options.origin,
            "split": options.split,
            "batch": options.batch and options.batch.id,
        }
        stated["origin_model"] = options.origin_model
        stated["tool_mapping"] = "a mapping" if options.tool_mapping else None
        stated["model_output"] = options.model_output
        stated |= {f"{role}_column": column for role, column in roles.items()}
        given = {name: value for name, value in stated.items() if value is not None}
        what = f"rows of a release in {source.name}"
        fix = "leave it out: rows of a release keep their own; add other files in a command of their own"
    elif source.as_added:
        kept = asdict(source.columns)
        given = {f"{role}_column": column for role, column in roles.items() if column != kept[role]}
        what = f"dropped rows of {source.name}"
        fix = "leave it out: dropped rows keep the columns of their file; add other files in a command of their own"
    elif source.is_log:
        given = {f"{role}_column": column for role, column in roles.items()}
        what = f"the interaction log {source.name}"
        fix = "leave it out: a log has fields of its own; add other files in a command of their own"
    else:
        return []
    return [Problem(Parameter(name), f"{value!r} for {what}", "", fix) for name, value in given.items()]
