"""The commands that decide: what the rules say, and which run answers from now on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from validators.faults import Fault, WinnowError
from winnow import decided, terminal
from winnow.options import Json, progress_bar, workspace_of


def decide(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The candidate; the best run of the newest release when left out."),
    ] = None,
    json: Json = False,
) -> None:
    """Say by stated rules whether to collect, train, deploy, keep or retrain."""
    with progress_bar("embedding", json) as progress:
        found = workspace_of(context).decide(run, progress=progress)
    if json:
        terminal.say_json(found.json())
        return
    decided.say_decided(found)
    terminal.say_next(found.decision.next)


def deploy(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")] = None,
    by: Annotated[str, typer.Option(help="Who decides it.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    history: Annotated[bool, typer.Option("--history", help="Show every deployment so far instead.")] = False,
    json: Json = False,
) -> None:
    """Write down that a run answers in production from now on: who, when and why."""
    workspace = workspace_of(context)
    if history:
        told = workspace.deployments()
        if json:
            terminal.say_json({"deployments": [asdict(one) for one in told]})
            return
        decided.say_history(told)
        terminal.say_next("winnow decide")
        return
    if run is None:
        raise WinnowError(Fault("deploy", "no run", "a run of this workspace", "winnow runs lists them"))
    made, new = workspace.deploy(run, by=by, reason=reason)
    if json:
        terminal.say_json({"deployed": asdict(made), "new": new})
        return
    verb = "is" if new else "was already"
    terminal.say(f"{made.run} {verb} deployed, since {made.at}, by {made.by}: {made.reason}")
    terminal.say_next("winnow decide")
