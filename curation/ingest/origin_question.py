"""Ask for the origin of a file that says that a machine wrote some of its rows, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from winnow.core.commands import Option, command
from winnow.core.counted import counted
from winnow.core.errors import Problem
from winnow.core.vocabulary import HOLD_OUT_SPLITS, Origin
from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.io.readers.source_rows import SourceRows


def origin_question(source: SourceRows, file: str, given: Mapping[str, Option]) -> Problem:
    """Which origin the rows of a source have, with a command for each answer.

    `file` is the file as the command was given it, and `given` are the options of the command. Where the group column
    is an open question too, the commands answer both.
    """
    stated = source.synthetic_columns[0]
    found = f"column {stated.column!r} says that a machine wrote {stated.synthetic:,} of {counted(stated.rows, 'row')}"
    expected = "an origin before anything is stored: a synthetic row is reviewed first, and is never hold-out"
    human = {**given, "origin": Origin.HUMAN.value}
    synthetic = {**given, "origin": Origin.SYNTHETIC.value, "batch": f"{Path(file).stem}-{source.file_hash[:6]}"}
    if given.get("split") in HOLD_OUT_SPLITS:
        del synthetic["split"]
    fix = (
        f"{_answers(source, file, synthetic)} if all of its rows count as synthetic; "
        f"{_answers(source, file, human)} if all count as written by people; "
        "otherwise split the file by that column and add each part with its origin"
    )
    return Problem(source.name, found, expected, fix)


def _answers(source: SourceRows, file: str, given: Mapping[str, Option]) -> str:
    """The command with these options, once for each answer to an open question about the group column."""
    groups = [*(one.column for one in source.group_candidates[:1]), NO_COLUMN] if source.group_candidates else []
    grouped = [{**given, "group_column": name} for name in groups] or [{**given}]
    return " or ".join(f"`{command('add', file, **one)}`" for one in grouped)
