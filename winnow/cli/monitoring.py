"""Commands on production: decide what the rules recommend, deploy a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_of
from winnow.cli.render import decision_view, terminal
from winnow.core.errors import Problem, WinnowError


def decide(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The candidate; the best run of the newest release when left out."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say by stated rules whether to collect, train, deploy, keep or retrain."""
    with progress_bar("embedding", json) as progress:
        found = workspace_of(context).decide(run, progress=progress)
    if json:
        terminal.print_json(found.json())
        return
    decision_view.print_decision(found)
    terminal.print_next(found.decision.next)


def deploy(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")] = None,
    by: Annotated[str, typer.Option(help="Who decides it.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    history: Annotated[bool, typer.Option("--history", help="Show every deployment so far instead.")] = False,
    json: JsonOption = False,
) -> None:
    """Write down that a run answers in production from now on: who, when and why."""
    workspace = workspace_of(context)
    if history:
        entries = workspace.deployments()
        if json:
            terminal.print_json({"deployments": [asdict(one) for one in entries]})
            return
        decision_view.print_deployments(entries)
        terminal.print_next("winnow decide")
        return
    if run is None:
        raise WinnowError(Problem("deploy", "no run", "a run of this workspace", "winnow runs lists them"))
    made, new = workspace.deploy(run, by=by, reason=reason)
    if json:
        terminal.print_json({"deployed": asdict(made), "new": new})
        return
    verb = "is" if new else "was already"
    terminal.print_line(f"{made.run} {verb} deployed, since {made.at}, by {made.by}: {made.reason}")
    terminal.print_next("winnow decide")
