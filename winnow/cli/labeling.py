"""The commands around labeling: serve, annotators, push, pull."""

from __future__ import annotations

from typing import Annotated

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.queue_view import print_pull, print_push


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets colleagues in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    background: Annotated[bool, typer.Option("--background", help="Return when it answers; it goes on.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the server of this workspace.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the labeling server (Argilla) of this workspace until Ctrl-C."""
    from winnow.cli.render.server_view import run_server, stop_and_print

    home = workspace_of(context).folder.server
    if stop:
        stop_and_print(home, json=json)
    else:
        run_server(home, host=host, port=port, background=background, json=json)


annotators = typer.Typer(help="The people who label: their accounts on the labeling server.", no_args_is_help=True)


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person signs in with.")]


@annotators.command("add")
def annotators_add(
    context: typer.Context,
    name: NameArgument,
    lead: Annotated[bool, typer.Option("--lead", help="The person adjudicates too.")] = False,
    json: JsonOption = False,
) -> None:
    """Make an account; its password is shown once."""
    from winnow.cli.render.account_view import add_account

    add_account(workspace_of(context).folder.server, name, lead=lead, json=json)


@annotators.command("list")
def annotators_list(context: typer.Context, json: JsonOption = False) -> None:
    """Show who may label, and who was removed."""
    from winnow.cli.render.account_view import list_accounts

    list_accounts(workspace_of(context).folder.server, json=json)


@annotators.command("reset")
def annotators_reset(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Give a person a new password."""
    from winnow.cli.render.account_view import reset_account

    reset_account(workspace_of(context).folder.server, name, json=json)


@annotators.command("remove")
def annotators_remove(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Shut a person out; the answers stay."""
    from winnow.cli.render.account_view import remove_account

    remove_account(workspace_of(context).folder.server, name, json=json)


def push(
    context: typer.Context,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="label, review, relabel, adjudicate or audit.")],
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Records that shall wait. [default: all of review and adjudicate, 200 of the others]"),
    ] = None,
    strategy: Annotated[
        str, typer.Option(help="label: random, uncertainty, diverse, mixed, feedback; all but random: train only.")
    ] = "random",
    annotators: Annotated[
        list[str], typer.Option("--for", metavar="NAME", help="Deal the records out to these annotators only.")
    ] = [],  # noqa: B006  (Typer copies it)
    second_reviewer_share: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share that two people answer. [default: of label and review the task's, of others 0]"
        ),
    ] = None,
    handbook_url: Annotated[str, typer.Option(help="Your own Argilla: where people can read the handbook.")] = "",
    include_refused: Annotated[
        bool, typer.Option("--include-refused", help="review: read refused lots whole, to rescue them.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Fill a queue: what people see next, in Argilla."""
    with progress_bar("embedding", json) as progress:
        pushed = workspace_of(context).push(
            queue,
            count=count,
            strategy=strategy,
            annotators=annotators,
            second_reviewer_share=second_reviewer_share,
            handbook_url=handbook_url,
            include_refused=include_refused,
            progress=progress,
        )
    if json:
        terminal.print_json(pushed.json())
        return
    print_push(pushed)
    terminal.print_next("winnow pull" if pushed.pending else "winnow status")


def pull(context: typer.Context, json: JsonOption = False) -> None:
    """Bring people's answers back as decisions."""
    pulled = workspace_of(context).pull()
    if json:
        terminal.print_json(pulled.json())
        return
    print_pull(pulled)
    terminal.print_next(pulled.next)
