"""Ask which column groups the rows of a file, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from winnow.core.commands import Option, command
from winnow.core.counted import counted
from winnow.core.errors import Problem
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE, AddOptions
from winnow.curation.io.readers.columns import NO_COLUMN, Columns
from winnow.curation.io.readers.source_rows import SourceRows


def group_question(source: SourceRows, files: Sequence[str], given: Mapping[str, Option]) -> Problem:
    """Which column groups the rows of a source, with a command for each answer.

    `files` are the files of the command with the same columns, and `given` the options that it was given.
    """
    first = source.group_candidates[0]
    names = " and ".join(repr(one.column) for one in source.group_candidates[:3])
    verb = "look" if len(source.group_candidates) > 1 else "looks"
    figures = f"{counted(first.values, 'value')} in {counted(first.rows, 'row')}"
    found = f"{names} {verb} like a user, a session or a conversation: {figures}"
    answers = [command("add", *files, **{**given, "group_column": one.column}) for one in source.group_candidates[:3]]
    declined = command("add", *files, **{**given, "group_column": NO_COLUMN})
    fix = (
        f"if the rows of one value belong together, `{'` or `'.join(answers)}`; if not, `{declined}`; the answer is "
        "remembered for files with these columns"
    )
    expected = "a choice before anything is stored: rows of one group always share a split, and a group never changes"
    return Problem(source.name, found, expected, fix)


def given_options(options: AddOptions, columns: Columns | None, **reading: str | None) -> dict[str, Option]:
    """The options of `add` that differ from their defaults, by parameter; `reading` are those of the reader."""
    chosen = {f"{role}_column": column for role, column in asdict(columns or Columns()).items() if role != "content"}
    batch = asdict(options.batch) if options.batch else {}
    batch["batch"] = batch.pop("id", None)
    plain = {
        "origin": options.origin,
        "license": options.license,
        "split": options.split,
        "origin_model": options.origin_model,
        **reading,
    }
    defaults = {"license": UNKNOWN_LICENSE, "format": "auto"}
    given = {**plain, **chosen, **batch}
    return {name: value for name, value in given.items() if value is not None and value != defaults.get(name)}
