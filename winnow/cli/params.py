"""Options and arguments that several commands share, the workspace they apply to, the progress bar."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.cli.render import terminal
from winnow.curation.io.readers import FORMATS
from winnow.operations._context import Context, WorkspaceContext, find_context, find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from typer.models import OptionInfo

    from winnow.core.progress import Progress


def choice(choices: Iterable[str], help: str) -> OptionInfo:
    """An option whose help lists its choices. The operation refuses another value, together with all other problems."""
    option: OptionInfo = typer.Option(metavar=f"<{'|'.join(choices)}>", help=help)
    return option


JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object and nothing else.")]
ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="Name of a release, or path to its folder.")]
FormatOption = Annotated[str, choice(FORMATS, "Input format.")]
TextColumnOption = Annotated[str | None, typer.Option(help="Column with the query text.")]
TableOption = Annotated[str | None, typer.Option(help="Table to read from a SQLite file.")]
EncodingOption = Annotated[str | None, typer.Option(help="Text encoding, if not UTF-8.")]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="Folder to list, also outside a workspace. [default: this workspace]"),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or path to its folder.")]


def workspace_of(context: typer.Context) -> WorkspaceContext:
    """The workspace that a command was called in, or that `--workspace` names."""
    return find_workspace(context.obj)


def context_of(context: typer.Context) -> Context:
    """The same, or the folder alone where a release or run folder is enough."""
    return find_context(context.obj)


def progress_bar(what: str, json: bool) -> AbstractContextManager[Progress | None]:
    """A bar on a terminal, lines in a log, nothing with --json."""
    return nullcontext() if json else terminal.progress_reports(what)
