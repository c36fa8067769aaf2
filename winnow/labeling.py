"""The commands of people who label: the server, their accounts, and the queues out and back."""

from __future__ import annotations

from typing import Annotated

import typer

from winnow import screens, terminal
from winnow.options import Json, progress_bar, workspace_of


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets colleagues in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    background: Annotated[bool, typer.Option("--background", help="Return when it answers; it goes on.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the server of this workspace.")] = False,
    json: Json = False,
) -> None:
    """Run the labeling server (Argilla) of this workspace until Ctrl-C."""
    from winnow import serve as serving

    home = workspace_of(context).folder.server
    if stop:
        serving.stop_server(home, json=json)
    else:
        serving.serve(home, host=host, port=port, background=background, json=json)


annotators = typer.Typer(help="The people who label: their accounts on the labeling server.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person signs in with.")]


@annotators.command("add")
def annotators_add(
    context: typer.Context,
    name: NameArgument,
    lead: Annotated[bool, typer.Option("--lead", help="The person adjudicates too.")] = False,
    json: Json = False,
) -> None:
    """Make an account; its password is shown once."""
    from winnow import serve as serving

    serving.add_to(workspace_of(context).folder.server, name, lead=lead, json=json)


@annotators.command("list")
def annotators_list(context: typer.Context, json: Json = False) -> None:
    """Show who may label, and who was removed."""
    from winnow import serve as serving

    serving.list_annotators(workspace_of(context).folder.server, json=json)


@annotators.command("reset")
def annotators_reset(context: typer.Context, name: NameArgument, json: Json = False) -> None:
    """Give a person a new password."""
    from winnow import serve as serving

    serving.reset(workspace_of(context).folder.server, name, json=json)


@annotators.command("remove")
def annotators_remove(context: typer.Context, name: NameArgument, json: Json = False) -> None:
    """Shut a person out; the answers stay."""
    from winnow import serve as serving

    serving.remove(workspace_of(context).folder.server, name, json=json)


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
    people: Annotated[
        list[str], typer.Option("--for", metavar="NAME", help="Deal the records out to these annotators only.")
    ] = [],  # noqa: B006  (Typer copies it)
    second_look: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share that two people answer. [default: of label and review the task's, of others 0]"
        ),
    ] = None,
    handbook_url: Annotated[str, typer.Option(help="Your own Argilla: where people can read the handbook.")] = "",
    whole: Annotated[bool, typer.Option("--whole", help="review: read refused lots whole, to rescue them.")] = False,
    json: Json = False,
) -> None:
    """Fill a queue: what people see next, in Argilla."""
    with progress_bar("embedding", json) as progress:
        pushed = workspace_of(context).push(
            queue,
            count=count,
            strategy=strategy,
            people=people,
            second_look=second_look,
            handbook_url=handbook_url,
            whole=whole,
            progress=progress,
        )
    if json:
        terminal.say_json(pushed.json())
        return
    screens.say_pushed(pushed)
    terminal.say_next("winnow pull" if pushed.waiting else "winnow status")


def pull(context: typer.Context, json: Json = False) -> None:
    """Bring people's answers back as decisions."""
    pulled = workspace_of(context).pull()
    if json:
        terminal.say_json(pulled.json())
        return
    screens.say_pulled(pulled)
    terminal.say_next(pulled.next)
