"""Commands on data quality: check, coverage, label-errors, report, waive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_core import to_jsonable_python

from winnow.cli.params import JsonOption, choice_argument, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.annotator_view import print_annotators
from winnow.cli.render.check_view import print_check
from winnow.cli.render.coverage_view import print_coverage
from winnow.cli.render.label_error_view import print_label_errors
from winnow.cli.render.waiver_table import print_waivers
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.annotations.correction_steps import TABLE
from winnow.curation.checks.gates import GATES
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.curation.annotations.suspected_labels import LabelErrors


def trust(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Python file that facets: in winnow.yaml names.")],
) -> None:
    """Allow a workspace's own Python file to run on this machine, as it is now."""
    from winnow.operations import trust as operation

    path = operation.trust(workspace_of(context), file)
    terminal.print_line(f"{terminal.printable(str(path))} may run on this machine until it changes")
    terminal.print_next("winnow check")


def check(
    context: typer.Context,
    settings: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="GATE=VALUE",
            help="Try another threshold without saving it, such as leakage=0.2 or duplicates.cosine=0.95.",
        ),
    ] = [],  # noqa: B006  (Typer copies it)
    base_model: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="MODEL",
            help="Folder or hub id of a model: check the dialogues in its chat template. Its weights are not loaded.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure every gate; exit with 1 if one fails."""
    from winnow.operations import check as operation
    from winnow.operations.after_check import command_after_check

    with progress_bar("embedding", json) as progress:
        result = operation.check(workspace_of(context), settings, base_model=base_model, progress=progress)
    if json:
        costs = [asdict(cost) for cost in result.threshold_costs]
        extra = {
            "embedder": str(result.task.embedder),
            "embedder_notes": list(result.embedder_notes),
            "embedder_reading": to_jsonable_python(result.reading),
            "task_file": [str(one) for one in result.repeated_task_texts],
            "labels": to_jsonable_python(result.label_advice),
            "label_signal": to_jsonable_python(result.label_signal_facts()),
            "label_errors": to_jsonable_python(result.label_error_summary),
            "costs": costs,
            "excluded": result.excluded,
            "similarity_between_splits": result.highest_similarities(),
            "chat_template": to_jsonable_python(result.chat_template()),
        }
        terminal.print_json({"passed": result.passed, "gates": to_jsonable_python(result.gates), **extra})
    else:
        print_check(result)
        if not settings:
            terminal.print_line(
                f"excluded rows and what they repeat: {workspace_of(context).folder.reports / 'excluded.csv'}"
            )
        terminal.print_next(command_after_check(workspace_of(context), result))
    if not result.passed:
        raise typer.Exit(1)


def coverage(context: typer.Context, json: JsonOption = False) -> None:
    """Find requests of users that the training data does not cover; write a report and a generation plan."""
    from winnow.operations import coverage as operation

    with progress_bar("embedding", json) as progress:
        found, page, plan = operation.coverage(workspace_of(context), progress=progress)
    if json:
        terminal.print_json({**found.json(), "report": str(page), "plan": str(plan)})
        return
    print_coverage(found)
    terminal.print_line()
    terminal.print_line(f"report {page}")
    terminal.print_line(f"plan {plan}")
    terminal.print_next("winnow check")


def label_errors(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every suspected record to this file, .csv or .jsonl."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Rank labeled records whose label or calls are probably wrong, with the evidence; changes nothing."""
    from winnow.operations import label_errors as operation

    with progress_bar("embedding", json) as progress:
        found = operation.label_errors(workspace_of(context), output=output, progress=progress)
    if json:
        terminal.print_json(found.model_dump(mode="json"))
        return
    print_label_errors(found)
    if output is not None:
        terminal.print_line(f"all of them {output}")
    terminal.print_next(_after_label_errors(found, workspace_of(context).task, output))


def _after_label_errors(found: LabelErrors, task: Task, output: Path | None) -> str:
    """Write all of them, then correct them; dialogues are corrected in a queue."""
    if not found.suspected:
        return command("check")
    if kind_of(task).holds_dialogues:
        return command("push relabel")
    if output is None:
        return command("label-errors", output=TABLE)
    return f"correct the column label in {output}, then {command('add', str(output), by='NAME')}"


def report(context: typer.Context, json: JsonOption = False) -> None:
    """Write the daily report: state of the dataset, open problems, and the command that fixes each."""
    from winnow.operations import report as operation

    with progress_bar("embedding", json) as progress:
        found, page = operation.report(workspace_of(context), progress=progress)
    if json:
        terminal.print_json(found.facts(page).model_dump(mode="json"))
        return
    print_annotators(found.people)
    for one in found.actions:
        terminal.print_line(f"- {one.what}: {one.evidence}; {one.command}")
    terminal.print_line(f"report {page}; see also annotators.html and coverage.html in the same folder")
    terminal.print_next(found.actions[0].command if found.actions else found.status.next)


def waive(
    context: typer.Context,
    gate: Annotated[str, choice_argument(GATES, "GATE", "Gate to waive.")],
    by: Annotated[str, typer.Option(help="Person responsible for the waiver.")] = "",
    reason: Annotated[str, typer.Option(help="Reason; it is printed in the release.")] = "",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day the waiver is valid (YYYY-MM-DD).")
    ] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw the active waivers of this gate instead.")
    ] = False,
) -> None:
    """Record a waiver for one gate, with name, reason and expiry date."""
    from winnow.operations import waive as operation

    workspace = workspace_of(context)
    if withdraw:
        count = operation.withdraw_waiver(workspace, gate)
        terminal.print_line(f"{gate}: {count} waiver{'s' if count > 1 else ''} withdrawn")
    elif until is None:
        raise WinnowError(
            Problem(Parameter("until"), "missing", "the last day the waiver is valid", "add --until YYYY-MM-DD")
        )
    else:
        operation.waive(workspace, gate, by=by, reason=reason, until=until.date())
        terminal.print_line(f"{gate} is waived until {until.date()}")
    print_waivers(operation.list_waivers(workspace))
    terminal.print_next("winnow check")
