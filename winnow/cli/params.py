"""Options and arguments that several commands share, the workspace they apply to, the progress bar."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.cli.render import terminal
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from winnow.core.progress import Progress


JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")]


ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="A release's name, or the path of its folder.")]


FormatOption = Annotated[str, typer.Option(help="auto, csv, tsv, jsonl, json, parquet, sqlite, rasa, lines.")]


TextColumnOption = Annotated[str | None, typer.Option(help="Column of the query.")]


TableOption = Annotated[str | None, typer.Option(help="Table of a SQLite file.")]


EncodingOption = Annotated[str | None, typer.Option(help="Text encoding, when it is not UTF-8.")]


RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")]


def workspace_of(context: typer.Context) -> Workspace:
    """The workspace that a command was called in, or was told of."""
    return Workspace.find(context.obj)


def workspace_or_none(context: typer.Context) -> Workspace | None:
    """For commands that a release or run folder is enough for."""
    try:
        return Workspace.find(context.obj)
    except WinnowError:
        return None


def progress_bar(what: str, json: bool) -> AbstractContextManager[Progress | None]:
    """A bar on a terminal, lines in a log, nothing beside JSON."""
    return nullcontext() if json else terminal.progress_reports(what)
