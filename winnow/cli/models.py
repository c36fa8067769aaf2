"""Commands for the ML engineer: train, runs, feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import (
    FolderArgument,
    JsonOption,
    ReleaseArgument,
    RunArgument,
    choice,
    context_of,
    progress_bar,
    workspace_of,
)
from winnow.cli.render import terminal
from winnow.cli.render.artifact_table import print_artifacts
from winnow.cli.render.feedback_view import print_feedback
from winnow.cli.render.folds_view import print_folds
from winnow.cli.render.plan_of_adapter import print_plan
from winnow.cli.render.tool_feedback_view import print_tool_feedback
from winnow.cli.render.training_view import print_dry_run, print_trained
from winnow.core.commands import command
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.package_vocabulary import ADAPTER_TARGETS
from winnow.core.record import Record
from winnow.curation.annotations.feedback_facts import FeedbackFacts
from winnow.curation.annotations.tool_feedback_facts import ToolFeedbackFacts
from winnow.curation.releases.release_use import run_command
from winnow.operations._context import WorkspaceContext
from winnow.operations.feedback import DEFAULT_ANNOTATIONS, FeedbackResult
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS

if TYPE_CHECKING:
    from winnow.core.result import NotMeasured
    from winnow.training.adapter.adapter_plan import AdapterPlan
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.folds.fold_facts import CrossValidation

FEEDBACK_VIEWS: Mapping[type[Record], Callable[[FeedbackResult], None]] = {
    FeedbackFacts: print_feedback,
    ToolFeedbackFacts: print_tool_feedback,
}
"""What prints feedback, by what it states."""


def train(
    context: typer.Context,
    release: ReleaseArgument,
    method: Annotated[
        str,
        choice(
            TrainingMethod,
            "linear: logistic regression on embeddings. encoder: LoRA fine-tuning of a sentence encoder. "
            "adapter: LoRA fine-tuning of a causal language model. prompt: the task as a prompt to a language model.",
        ),
    ] = TrainingMethod.LINEAR,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed and settings give the same run.")] = 0,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|NAME",
            help="YAML file with settings of the method, or the name of a shipped one, such as smollm2-135m.",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one setting.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="For a task with roles: role that the adapter is trained for.")
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|FILE",
            help="linear and encoder: run whose class probabilities in train are learned besides the labels. "
            "adapter: JSONL file of a teacher's answers in train; right ones replace those of the data.",
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="K", help="Also cross-validate on train: K models, each measured on the part that it did not see."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Take ten steps, then estimate time and memory of the full training; for adapter also the package.",
        ),
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar=f"<{'|'.join(ADAPTER_TARGETS)}>",
            help="Runtime whose rules are checked before an adapter is trained.",
        ),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="YAML file that replaces the rules of the runtime.")] = None,
    report_to: Annotated[
        str | None, typer.Option(help="Experiment tracker, passed to the Trainer: tensorboard, wandb, …")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train a model on a release; works outside a workspace too, given the release folder."""
    from winnow.operations import train as operation
    from winnow.training.folds.cross_validation import stored_folds

    place = context_of(context)
    named = [f"role={dumps(role)}"] if role is not None else []
    options: dict[str, Any] = {
        "method": method,
        "seed": seed,
        "settings": operation.method_settings(method, file=settings, changes=[*(changes or ()), *named]),
        "teacher": teacher,
    }
    options["target"] = operation.target_rules(target, rules)
    if dry_run:
        given = {"seed": seed, "settings_": settings, "set": changes, "role": role, "teacher": teacher, "folds": folds}
        full_training = _command_again(release, method=method, **given, for_=target, rules=rules)
        _print_estimate(operation.estimate_training(place, release, **options), full_training, json)
        return
    with progress_bar("embedding" if method == TrainingMethod.LINEAR else "training", json) as progress:
        run, new = operation.train(place, release, **options, report_to=report_to, folds=folds, progress=progress)
    facts: dict[str, Any] = {"run": run.id, "path": str(run.path), "seconds": run.facts.seconds, "new": new}
    measured = stored_folds(run) if folds else None
    if json:
        terminal.print_json(facts | _folds_in_json(measured))
        return
    print_trained(run, new)
    if isinstance(measured, Record):
        print_folds(measured)
    terminal.print_next(command("evaluate", run.id if isinstance(place, WorkspaceContext) else str(run.path)))


def _folds_in_json(measured: CrossValidation | NotMeasured | None) -> dict[str, Any]:
    """What cross-validation measured, where it was asked for."""
    return {"folds": measured.model_dump(mode="json")} if isinstance(measured, Record) else {}


def _command_again(release: str, **options: Any) -> str:
    """The command that trains with the options of a dry run; those that were not given are left out."""
    given = {name: value for name, value in options.items() if value}
    return command("train", release, **{k: v if isinstance(v, list) else str(v) for k, v in given.items()})


def _print_estimate(estimate: DryRunEstimate | AdapterPlan, full_training: str, json: bool) -> None:
    """Print a dry run. Exits with 1 when a target would refuse the adapter."""
    from winnow.training.adapter.adapter_plan import AdapterPlan

    if not isinstance(estimate, AdapterPlan):
        print_dry_run(estimate, full_training, json)
        return
    print_plan(estimate, full_training, json)
    if estimate.target is not None and estimate.target.faults:
        raise typer.Exit(1)


def runs(context: typer.Context, folder: FolderArgument = None, json: JsonOption = False) -> None:
    """List the runs of this workspace, or those in a folder; runs copied from elsewhere are found."""
    from winnow.operations import list_runs as operation

    place = context_of(context)
    found = operation.find_runs(place, folder)
    kind = kind_of(place.task) if isinstance(place, WorkspaceContext) else INTENTS
    print_artifacts(found, "runs", json, next_command=run_command(kind, "RELEASE"))


def feedback(
    context: typer.Context,
    run: RunArgument,
    annotations: Annotated[
        int, typer.Option(min=1, help="Number of answers that annotators can give in this round.")
    ] = DEFAULT_ANNOTATIONS,
    previous: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Earlier run whose feedback is evaluated. [default: the latest comparable run]"
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Turn a run's errors into queue priorities and a generation plan; report what the previous round fixed."""
    from winnow.operations import feedback as operation

    with progress_bar("reading train", json) as progress:
        result = operation.feedback(
            workspace_of(context), run, annotations=annotations, previous=previous, progress=progress
        )
    if json:
        terminal.print_json(result.output().model_dump(mode="json"))
        return
    FEEDBACK_VIEWS[type(result.feedback.facts())](result)
    actions = result.feedback.actions
    terminal.print_next(actions[0].command if actions else "winnow coverage")
