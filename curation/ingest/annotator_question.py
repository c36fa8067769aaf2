"""Ask whether columns of labels are those of several annotators, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.commands import Option, command
from winnow.core.errors import Problem
from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.io.readers.source_rows import SourceRows
from winnow.curation.io.readers.wide_labels import SEPARATOR


def annotator_question(source: SourceRows, file: str, given: Mapping[str, Option]) -> Problem:
    """Whose labels the columns of a source hold, with a command for each answer.

    `file` is the file as the command was given it, and `given` are the options of the command.
    """
    columns = source.annotator_candidates
    found = f"the columns {', '.join(map(repr, columns))} hold labels"
    people = f"`{command('add', file, **{**given, 'annotator_column': SEPARATOR.join(columns)})}`"
    declined = f"`{command('add', file, **{**given, 'annotator_column': NO_COLUMN})}`"
    label = f"only {source.columns.label!r} counts" if source.columns.label else "none of them counts"
    fix = f"{people} if each is one annotator; {declined} if not: then {label}"
    return Problem(source.name, found, "whose labels they are: several labels of one text are not supported", fix)
