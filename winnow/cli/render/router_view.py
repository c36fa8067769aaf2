"""Where the router is, what it answers with, and how to reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal

if TYPE_CHECKING:
    from winnow.router.serve_router import StartedRouter


def print_started(started: StartedRouter, *, json: bool) -> None:
    """Everything that a person or a program needs to use the service; written at once, because it keeps running."""
    for warning in started.warnings:
        terminal.print_note(f"warning: {warning}")
    if json:
        terminal.print_json(_facts(started))
    else:
        _print_facts(started)
    terminal.flush()


def print_stopped_router(started: StartedRouter) -> None:
    """That it ended, and what to do with the log."""
    terminal.print_line(f"stopped; every answered query is in {_daily(started)}")
    terminal.print_next(f"winnow add {_daily(started)} --license own")


def _facts(started: StartedRouter) -> dict[str, object]:
    token = started.token
    return {
        "url": started.url,
        "run": started.router.run.id,
        "why": started.starting.why,
        "log": str(started.log),
        "token_file": None if token.file is None else str(token.file),
        "warnings": started.warnings,
    }


def _print_facts(started: StartedRouter) -> None:
    token = started.token
    terminal.print_line(f"ready: {started.url}   run {started.router.run.id} ({started.starting.why})")
    if token.file is None:
        terminal.print_line("token: the one that was given")
    elif token.new:
        terminal.print_line(f"token: {token.value}   (shown once; kept in {token.file})")
    else:
        terminal.print_line(f"token: in {token.file}")
    terminal.print_line(f"log: {_daily(started)}")
    terminal.print_line(
        "for staging and for collecting queries, not a hosting product; one process answers with one model"
    )
    terminal.print_line("Ctrl-C stops it")


def _daily(started: StartedRouter) -> str:
    """The names of the files of the log, one for each day."""
    return str(started.log.with_name(f"{started.log.stem}-*{started.log.suffix}"))
