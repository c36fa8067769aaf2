"""The sections of `sources`: how files are read whose names match a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from winnow.config.section import Name, TaskSection

COLUMN_ROLES = ("text", "label", "route", "split", "group", "time", "annotator")
"""The fields of a section that name a column, or `none`."""

READING_FIELDS = ("format", "encoding", "table", "header")
"""The fields of a section that the reader of a format takes."""


class SourceOptions(TaskSection):
    """How `add` reads a file, where its options leave something open."""

    pattern: Name
    """The name of the file; `*` stands for any characters, `?` for one."""
    format: Name | None = None
    """The input format; by default the content decides."""
    encoding: Name | None = None
    """The text encoding; by default the content decides."""
    table: Name | None = None
    """The table of a database, or the sheet of a workbook."""
    header: bool | None = None
    """Whether the first row has the names of the columns; without them, they are called `1`, `2` and so on."""
    text: str | None = None
    """The column with the query."""
    label: str | None = None
    """The column with the label, or `none`."""
    route: str | None = None
    """The column with the route, or `none`."""
    split: str | None = None
    """The column with the official split, or `none`."""
    group: str | None = None
    """The column of the user, the session or the conversation, or `none`."""
    time: str | None = None
    """The column with the time, or `none`."""
    time_format: str | None = None
    """How times are written, as for Python's `strptime`; by default the values of the column decide."""
    annotator: str | None = None
    """The column with the person who labeled, or `none`."""
    where: str | None = None
    """Which rows are read, such as `role = 'user'`."""
    origin: Name | None = None
    """Where the rows come from: human, log, public or synthetic."""
    origin_model: Name | None = None
    """The models that wrote the rows, separated by `;`."""
    license: Name | None = None
    """The license of the rows."""
    no_label: tuple[str, ...] = ()
    """Values of the column of labels that mean that a row has no label, such as `N/A`."""

    def columns(self) -> dict[str, str]:
        """Role to column, for the roles that the section names."""
        named = {role: getattr(self, role) for role in COLUMN_ROLES}
        return {role: column for role, column in named.items() if column is not None}


def section_for(sections: Sequence[SourceOptions], name: str) -> SourceOptions | None:
    """The first section whose pattern matches the name of a file; None if none does."""
    return next((one for one in sections if fnmatchcase(name, one.pattern)), None)
