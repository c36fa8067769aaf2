"""Output primitives: lines, tables and progress on a terminal, plain lines in a log, one JSON object with --json."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from winnow.core.commands import option
from winnow.core.errors import Parameter, WinnowError

if TYPE_CHECKING:
    from winnow.core.progress import Progress


LOG_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """A console that wraps at the terminal's width, or does not wrap in a log."""
    stream = sys.stderr if stderr else sys.stdout
    terminal = stream.isatty()
    return Console(stderr=stderr, highlight=False, width=None if terminal else LOG_WIDTH, soft_wrap=not terminal)


def print_line(text: str = "", *, style: str | None = None) -> None:
    """Print one line; markup in the text is printed as is, and characters that a terminal acts on are escaped."""
    console().print(Text(printable(text), style=style or ""))


def print_commands(text: str) -> None:
    """Print commands to copy: lines that are longer than the terminal are not broken."""
    console().print(Text(printable(text), style=""), soft_wrap=True)


def print_note(text: str) -> None:
    """Print one line of additional information on stderr."""
    console(stderr=True).print(Text(printable(text), style="dim"))


def print_json(data: Mapping[str, Any]) -> None:
    """Print the JSON object that is the only output of a command with --json."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def flush() -> None:
    """Write buffered output now, for readers of a command that keeps running."""
    sys.stdout.flush()


def print_error(error: WinnowError) -> None:
    """Print every problem of an error on stderr; a parameter is shown as its option."""
    out = console(stderr=True)
    for problem in error.problems:
        if isinstance(problem.where, Parameter):
            problem = replace(problem, where=option(problem.where))
        problem = replace(problem, where=problem.where.replace("\n", "\\n"))  # a file name must not forge a line
        out.print(Text.assemble(("error: ", "bold red"), printable(str(problem))))


def print_next(command: str) -> None:
    """Print the recommended next command, on one line however long it is; every command ends with it."""
    console().print(Text.assemble(("next: ", "dim"), (printable(command), "bold")), soft_wrap=True)


def can_ask() -> bool:
    """Whether somebody can answer a question: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def print_dry_run(*options: str) -> None:
    """Print that nothing was changed, and the same command without --dry-run as the next one, with further options."""
    print_line("dry run: nothing was changed", style="yellow")
    print_next(shlex.join(["winnow", *(part for part in sys.argv[1:] if part != "--dry-run"), *options]))


def printable(text: str) -> str:
    """The text with control characters and lone surrogates escaped, so that a terminal does not act on them."""
    clean = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() or c in "\n" else f"\\x{ord(c):02x}" for c in clean)


@contextmanager
def progress_reports(what: str) -> Iterator[Progress]:
    """A progress bar on a terminal, an occasional line in a log; both on stderr."""
    if not sys.stderr.isatty():
        shown = [-1]

        def report(done: int, total: int) -> None:
            quarter = 4 * done // max(total, 1)
            if quarter > shown[0] and done > 100 and total > 2000:
                shown[0] = quarter
                sys.stderr.write(f"{what}: {done:,} of {total:,}\n")

        yield report
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str | Text]], *, right: Sequence[int] = ()) -> None:
    """Print a plain table; `right` lists the columns to align right."""
    grid = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for i, name in enumerate(head):
        grid.add_column(name, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    console().print(grid)


def counts_by_name(counts: Mapping[str, int]) -> str:
    """`ann 3, bob 1`, for names that may contain any character."""
    return printable(", ".join(f"{name} {count:,}" for name, count in counts.items()))


def first_few(names: Sequence[str], shown: int = 8) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return (", ".join(map(printable, names[:shown])) or "none") + more
