"""The service that routes queries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_of

router = typer.Typer(
    help="Route queries over HTTP with a run, for staging and for collecting queries; not a hosting product.",
    no_args_is_help=True,
)


@router.command("serve")
def router_serve(
    context: typer.Context,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on. Any other than a loopback address requires --token or its variable."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is a free one.")] = 0,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Run to start with. [default: the one that was selected or deployed last, else the last trained one]",
        ),
    ] = None,
    fallback: Annotated[
        str | None,
        typer.Option(metavar="FILE|RUN", help="Rules, or another run, for the queries that the run does not answer."),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Log of the queries; the date is added to the name. [default: logs/router.jsonl in the workspace]",
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="Token that requests must present; other users of this machine can see it here, so prefer the "
            "environment variable WINNOW_ROUTER_TOKEN. [default: one that is generated once and kept in the workspace]"
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Answer queries over HTTP until Ctrl-C; every answered query is in a log that `winnow add` reads."""
    from winnow.router.extra_packages import require_packages

    require_packages()
    from winnow.cli.render.router_view import print_started, print_stopped_router
    from winnow.router.serve_router import RouterOptions, run_router, start_router

    options = RouterOptions(host, port, run, log, token, fallback)
    with progress_bar("embedding", json) as progress:
        started = start_router(workspace_of(context), options, progress=progress)
    print_started(started, json=json)
    run_router(started)
    if not json:
        print_stopped_router(started)
