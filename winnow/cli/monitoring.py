"""Commands on production: decide what the rules recommend, deploy a run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.cli.params import JsonOption, choice, progress_bar, workspace_of
from winnow.cli.render import decision_view, terminal
from winnow.cli.render.ab_view import print_ab_test
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.package_vocabulary import PackageTarget
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.training.monitoring.ab_test.ab_facts import AbTestFacts


def decide(
    context: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="Candidate run. [default: the best run on the newest release]"),
    ] = None,
    ab: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Judge a log of two variants in production instead: rows with variant, outcome and optionally rating, "
            "session, id and time.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(help="With --ab: the variant in production. [default: the deployed run, else the first by name]"),
    ] = None,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help="End with a code for the recommendation: 0 keep, 10 collect, 11 train, 12 deploy, 13 retrain, 14 fix, "
            "15 evaluate; 1 to 4 are errors.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Recommend, by explicit rules, whether to fix, collect, train, evaluate, deploy, keep or retrain."""
    from winnow.operations import decide as operation

    if ab is not None:
        judged = _decide_ab(workspace_of(context), ab, run=run, baseline=baseline, json=json)
        raise typer.Exit(judged.exit_code if exit_code else 0)
    if baseline is not None:
        raise WinnowError(
            Problem("--baseline", "only a log has variants", "--ab FILE", "name the log, or leave it out")
        )
    with progress_bar("embedding", json) as progress:
        found = operation.decide(workspace_of(context), run, progress=progress)
    if json:
        terminal.print_json(found.facts().model_dump(mode="json"))
    else:
        decision_view.print_decision(found)
        terminal.print_next(found.decision.next)
    raise typer.Exit(found.decision.exit_code if exit_code else 0)


def _decide_ab(
    workspace: WorkspaceContext, log: Path, *, run: str | None, baseline: str | None, json: bool
) -> AbTestFacts:
    """Judge a log of two variants, and show what follows."""
    from winnow.operations import decide_ab as operation

    if run is not None:
        raise WinnowError(
            Problem("RUN", f"{run}, with --ab", "a log alone: it names its variants", "leave the run out")
        )
    found = operation.decide_ab(workspace, log, baseline=baseline)
    if json:
        terminal.print_json(found.model_dump(mode="json"))
        return found
    print_ab_test(found)
    candidate = found.candidate.name if operation.is_run(workspace, found.candidate.name) else "RUN"
    following = {"deploy": command("deploy", candidate, by="NAME", reason="TEXT"), "keep": command("decide")}
    named = {} if baseline is None else {"baseline": baseline}
    terminal.print_next(following.get(found.recommended_action, command("decide", ab=str(log), **named)))
    return found


def deploy(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="A run's id, or the path of its folder.")] = None,
    by: Annotated[str, typer.Option(help="Person who made the decision.")] = "",
    reason: Annotated[str, typer.Option(help="Reason; stored in the history.")] = "",
    target: Annotated[str | None, choice(PackageTarget, "Runtime that serves the run.")] = None,
    remote_id: Annotated[str | None, typer.Option(help="Id or name of the run in that runtime.")] = None,
    accept_forgetting: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Reason to deploy an adapter that degrades on general instructions or was not measured on them; "
            "stored with the deployment.",
        ),
    ] = "",
    history: Annotated[bool, typer.Option("--history", help="List all deployments instead.")] = False,
    json: JsonOption = False,
) -> None:
    """Record that a run is now in production: who decided it, when and why."""
    from winnow.operations import deploy as operation

    workspace = workspace_of(context)
    if history:
        entries = operation.list_deployments(workspace)
        if json:
            terminal.print_json({"deployments": [asdict(one) for one in entries]})
            return
        decision_view.print_deployments(entries)
        terminal.print_next("winnow decide")
        return
    if run is None:
        raise WinnowError(Problem("RUN", "missing", "a run of this workspace", "winnow runs lists them"))
    made, new = operation.deploy(
        workspace,
        run,
        by=by,
        reason=reason,
        target=target,
        remote_id=remote_id,
        accept_forgetting=accept_forgetting,
    )
    if json:
        terminal.print_json({"deployed": asdict(made), "new": new})
        return
    already = "" if new else "already "
    where = decision_view.place_of(made)
    terminal.print_line(f"{made.run} {already}deployed{where} since {made.at} by {made.by}: {made.reason}")
    terminal.print_next("winnow decide")
