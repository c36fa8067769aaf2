"""Options and arguments that several commands share, the workspace they apply to, the progress bar."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.cli.render import terminal
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers import FORMATS
from winnow.operations._context import Context, WorkspaceContext, find_context, find_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from typer.models import ArgumentInfo, OptionInfo

    from winnow.core.progress import Progress


def choice(choices: Iterable[str], help: str) -> OptionInfo:
    """An option whose help lists its choices. The operation refuses another value, together with all other problems."""
    values = list(choices)
    option: OptionInfo = typer.Option(metavar=f"<{'|'.join(values)}>", help=help, autocompletion=_completion_of(values))
    return option


def choice_argument(choices: Iterable[str], name: str, help: str) -> ArgumentInfo:
    """An argument whose help lists its choices."""
    values = list(choices)
    argument: ArgumentInfo = typer.Argument(
        metavar=name, help=f"{help} {', '.join(values)}.", autocompletion=_completion_of(values)
    )
    return argument


def _completion_of(values: Sequence[str]) -> Callable[[str], list[str]]:
    """The values that a shell proposes after the characters that were typed."""

    def proposed(incomplete: str) -> list[str]:
        return [str(value) for value in values if value.startswith(incomplete)]

    return proposed


JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object and nothing else.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")]
ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="Name of a release, or path to its folder.")]
FormatOption = Annotated[str, choice(FORMATS, "Input format.")]
TextColumnOption = Annotated[str | None, typer.Option(help="Column with the query text.")]
TableOption = Annotated[str | None, typer.Option(help="Table of a SQLite file or SQL dump, or sheet of a workbook.")]
WhereOption = Annotated[
    str | None, typer.Option(help="Condition on columns: only rows that meet it are read, such as \"role = 'user'\".")
]
TimeFormatOption = Annotated[
    str | None,
    typer.Option(help="Form of the times, such as %d.%m.%Y %H:%M, or day-first or month-first. [default: guessed]"),
]
EncodingOption = Annotated[str | None, typer.Option(help="Text encoding, if not UTF-8.")]
FolderArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="Folder to list, also outside a workspace. [default: this workspace]"),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or path to its folder.")]


STDIN = Path("-")
"""The name of a file that stands for standard input."""


@contextmanager
def input_files(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Files to read rows from; standard input in place of `-`, however often it is named."""
    if STDIN not in files:
        yield list(files)
        return
    if sys.stdin.isatty():
        raise WinnowError(Problem(str(STDIN), "standard input is a terminal", "rows from a pipe", "name a file"))
    with tempfile.TemporaryDirectory(prefix="winnow-") as folder:
        rows = Path(folder) / "stdin"
        rows.write_bytes(sys.stdin.buffer.read())
        try:
            yield [rows if file == STDIN else file for file in files]
        except WinnowError as error:  # the file is deleted: recommended commands read standard input again
            error.problems[:] = [replace(one, fix=one.fix.replace(str(rows), str(STDIN))) for one in error.problems]
            raise


def workspace_of(context: typer.Context) -> WorkspaceContext:
    """The workspace that a command was called in, or that `--workspace` names."""
    return find_workspace(context.obj)


def context_of(context: typer.Context) -> Context:
    """The same, or the folder alone where a release or run folder is enough."""
    return find_context(context.obj)


def progress_bar(what: str, json: bool) -> AbstractContextManager[Progress | None]:
    """A bar on a terminal, lines in a log, nothing with --json."""
    return nullcontext() if json else terminal.progress_reports(what)
