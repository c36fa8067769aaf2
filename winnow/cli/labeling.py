"""The commands around labeling: serve, annotators, push, pull."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import JsonOption, choice, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.account_view import print_account, print_accounts
from winnow.cli.render.propose_view import print_proposed
from winnow.cli.render.queue_view import print_pull, print_push
from winnow.cli.render.server_view import print_stopped
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.labeling.queues import QUEUES


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 is the one that the server had before, or a free one.")
    ] = 0,
    background: Annotated[
        bool, typer.Option("--background", help="Return once the server responds, and leave it running.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the server of this workspace.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the labeling server (Argilla) of this workspace until Ctrl-C."""
    from winnow.cli.foreground_server import run_server
    from winnow.operations import serve as operation

    server_folder = workspace_of(context).folder.server
    if stop:
        print_stopped(operation.stop(server_folder), json=json)
    else:
        run_server(server_folder, host=host, port=port, background=background, json=json)


annotators = typer.Typer(help="Annotators' accounts on the labeling server.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name that the annotator signs in with.")]


@annotators.command("add")
def annotators_add(
    context: typer.Context,
    name: NameArgument,
    lead: Annotated[bool, typer.Option("--lead", help="The annotator also adjudicates.")] = False,
    json: JsonOption = False,
) -> None:
    """Create an account; its password is shown only once."""
    from winnow.operations.annotators import add_annotator

    print_account(add_annotator(workspace_of(context).folder.server, name, lead=lead), json=json)


@annotators.command("list")
def annotators_list(context: typer.Context, json: JsonOption = False) -> None:
    """Show all accounts, removed ones included."""
    from winnow.operations.annotators import list_annotators

    print_accounts(list_annotators(workspace_of(context).folder.server), json=json)


@annotators.command("reset")
def annotators_reset(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Give an annotator a new password."""
    from winnow.operations.annotators import reset_annotator

    print_account(reset_annotator(workspace_of(context).folder.server, name), json=json)


@annotators.command("remove")
def annotators_remove(context: typer.Context, name: NameArgument, json: JsonOption = False) -> None:
    """Revoke an annotator's access; all responses are kept."""
    from winnow.operations.annotators import remove_annotator

    print_account(remove_annotator(workspace_of(context).folder.server, name), json=json)


def propose(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Id of a run, or path to its folder.")] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Lowest confidence of a proposal. [default: 0.9 for a run, none for a file]"),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Largest number of proposals. [default: all]")] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File with the labels of another model: id or content, label, confidence."),
    ] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="Name of the model that wrote the file.")] = "",
    json: JsonOption = False,
) -> None:
    """Let a run label unlabeled train records; people accept or refuse the labels by reading a sample."""
    from winnow.operations import propose as operation

    with progress_bar("embedding", json) as progress:
        found = operation.propose(
            workspace_of(context),
            run,
            min_confidence=min_confidence,
            count=count,
            predictions=predictions,
            model=model,
            progress=progress,
        )
    if json:
        terminal.print_json(found.json())
        return
    print_proposed(found)
    terminal.print_next(found.next)


def push(
    context: typer.Context,
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help=f"{', '.join(one.name for one in QUEUES)}.")],
    count: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Target number of pending records in the queue; 0 with --gold for a practice round. "
            f"[default: all in {', '.join(one.name for one in QUEUES if one.default_count is None)}, else 200]",
        ),
    ] = None,
    strategy: Annotated[
        str,
        choice(
            AcquisitionStrategy,
            "label: how records are chosen; every strategy but random chooses from train only.",
        ),
    ] = AcquisitionStrategy.RANDOM,
    annotators: Annotated[
        list[str], typer.Option("--for", metavar="NAME", help="Assign records only to these annotators.")
    ] = [],  # noqa: B006  (Typer copies it)
    second_reviewer_share: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of the records that two annotators label. "
            f"[default: the task's in {', '.join(one.name for one in QUEUES if one.second_reviewer)}, else 0]",
        ),
    ] = None,
    guidelines_url: Annotated[
        str, typer.Option(help="With your own Argilla: where annotators find the guidelines page.")
    ] = "",
    include_refused: Annotated[
        bool, typer.Option("--include-refused", help="review: review refused lots in full.")
    ] = False,
    gold: Annotated[
        str,
        typer.Option(
            metavar="SOURCE",
            help="label: mix the labeled records of this added file in; answers to them measure the annotators.",
        ),
    ] = "",
    json: JsonOption = False,
) -> None:
    """Fill a queue: the records that annotators see next in Argilla."""
    from winnow.operations import push as operation
    from winnow.operations.push_request import PushRequest

    with progress_bar("embedding", json) as progress:
        request = PushRequest(
            queue, count, strategy, tuple(annotators), second_reviewer_share, guidelines_url, include_refused, gold
        )
        pushed = operation.push(workspace_of(context), request, progress=progress)
    if json:
        terminal.print_json(pushed.json())
        return
    print_push(pushed)
    terminal.print_next("winnow pull" if pushed.pending else "winnow status")


def pull(context: typer.Context, json: JsonOption = False) -> None:
    """Bring annotators' responses back as decisions."""
    from winnow.operations import pull as operation

    pulled = operation.pull(workspace_of(context))
    if json:
        terminal.print_json(pulled.json())
        return
    print_pull(pulled)
    terminal.print_next(pulled.next)
