"""Commands on data quality: check, coverage, report, waive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.annotator_view import print_annotators
from winnow.cli.render.check_view import print_check
from winnow.cli.render.coverage_view import print_coverage
from winnow.cli.render.waiver_table import print_waivers
from winnow.core.errors import Problem, WinnowError

if TYPE_CHECKING:
    from winnow.curation.checks.check import CheckResult


def check(
    context: typer.Context,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="GATE=VALUE", help="What if: leakage=0.2, duplicates.cosine=0.95.")
    ] = [],  # noqa: B006  (Typer copies it)
    json: JsonOption = False,
) -> None:
    """Measure every gate; exit 1 when one fails."""
    with progress_bar("embedding", json) as progress:
        result = workspace_of(context).check(settings, progress=progress)
    if json:
        costs = [asdict(cost) for cost in result.threshold_costs]
        extra = {
            "costs": costs,
            "excluded": result.excluded,
            "similarity_between_splits": result.highest_similarities(),
        }
        terminal.print_json({"passed": result.passed, "gates": [asdict(gate) for gate in result.gates], **extra})
    else:
        print_check(result)
        if not settings:
            terminal.print_line(f"which, and what they repeat: {workspace_of(context).folder.reports / 'excluded.csv'}")
        terminal.print_next(_after_check(result))
    if not result.passed:
        raise typer.Exit(1)


def _after_check(result: CheckResult) -> str:
    """The mend of the first gate that fails, else of the first that could not be measured, else the freeze."""
    for verdict in ("fail", "not_measured"):
        fix = next((gate.fix for gate in result.gates if gate.verdict == verdict), None)
        if fix:
            return fix
    return "winnow freeze NAME"


def coverage(context: typer.Context, json: JsonOption = False) -> None:
    """Show what the dataset lacks of what users ask; writes a page and a plan."""
    with progress_bar("embedding", json) as progress:
        found, page, plan = workspace_of(context).coverage(progress=progress)
    if json:
        terminal.print_json({**found.json(), "report": str(page), "plan": str(plan)})
        return
    print_coverage(found)
    terminal.print_line()
    terminal.print_line(f"page {page}")
    terminal.print_line(f"plan {plan}")
    terminal.print_next("winnow check")


def report(context: typer.Context, json: JsonOption = False) -> None:
    """Draw the page to open every morning: where the dataset stands, what is wrong, which command mends it."""
    with progress_bar("embedding", json) as progress:
        found, page = workspace_of(context).report(progress=progress)
    if json:
        terminal.print_json({**found.json(), "page": str(page)})
        return
    print_annotators(found.people)
    for one in found.actions:
        terminal.print_line(f"- {one.what}: {one.evidence}; {one.command}")
    terminal.print_line(f"page {page}; more in {page.with_name('people.html').name} and coverage.html beside it")
    terminal.print_next(found.actions[0].command if found.actions else found.status.next)


def waive(
    context: typer.Context,
    gate: Annotated[str, typer.Argument(help="The gate's name, as winnow check prints it.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is printed in the release.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that it is valid.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw the waivers of this gate instead.")] = False,
) -> None:
    """Record a named, dated, reasoned exception to one gate."""
    workspace = workspace_of(context)
    if withdraw:
        count = workspace.withdraw_waiver(gate)
        terminal.print_line(f"{gate}: {count} waiver{'s' if count > 1 else ''} withdrawn")
    elif until is None:
        raise WinnowError(Problem("--until", "no date", "the last day that it is valid", "say --until YYYY-MM-DD"))
    else:
        workspace.waive(gate, by=by, reason=reason, until=until.date())
        terminal.print_line(f"{gate} is waived until {until.date()}")
    print_waivers(workspace.waivers())
    terminal.print_next("winnow check")
