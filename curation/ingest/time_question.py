"""Ask whether the day or the month stands first in the dates of a file, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.commands import Option, command
from winnow.core.errors import Problem
from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.io.readers.source_rows import SourceRows
from winnow.validators.time_cells import DayOrder


def time_question(source: SourceRows, file: str, given: Mapping[str, Option]) -> Problem:
    """Which order the dates of a source have, with a command for each answer.

    `file` is the file as the command was given it, and `given` are the options of the command.
    """
    found = f"{source.time_question!r} in {source.columns.time!r} can be read in two ways, and no other date decides"
    first, second = (f"`{command('add', file, **{**given, 'time_format': order.value})}`" for order in DayOrder)
    declined = f"`{command('add', file, **{**given, 'time_column': NO_COLUMN})}`"
    fix = f"{first} if the day stands first, {second} if the month does, {declined} to leave the times out"
    return Problem(source.name, found, "the order before anything is stored: a time never changes", fix)
