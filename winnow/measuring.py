"""The commands that measure models: one run on its hold-out, and runs against each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from validators.faults import Fault, WinnowError
from winnow import comparisons, scores, terminal
from winnow.anywhere import LOCAL_RUNS, compare_runs, evaluate_run, import_run, open_release_at, open_run_at
from winnow.options import Json, progress_bar, workspace_or_none

if TYPE_CHECKING:
    from training.compare import Comparison
    from training.evaluate import Evaluation

SplitOption = Annotated[str, typer.Option(help="validation, or test: each look at test is written down.")]


def evaluate(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run; with --predictions a release. Name or path.")],
    split: SplitOption = "validation",
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another system's answers: id or text, label, confidence.")
    ] = None,
    name: Annotated[str, typer.Option(help="With --predictions: what the run is called.")] = "imported",
    missing: Annotated[
        str, typer.Option(help="With --predictions: refuse rows without one, or count them as wrong.")
    ] = "refuse",
    latency: Annotated[bool, typer.Option("--latency", help="Measure speed and memory too.")] = False,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Train on parts of train too, and measure each on validation.")
    ] = False,
    json: Json = False,
) -> None:
    """Measure a run and draw its page."""
    workspace = workspace_or_none(context)
    asked: dict[str, Any] = {"split": split, "latency": latency, "learning_curve": learning_curve}
    with progress_bar("evaluating", json) as progress:
        if workspace:
            told: dict[str, Any] = {"predictions": predictions, "name": name, "missing": missing}
            evaluation, page = workspace.evaluate(run, **told, **asked, progress=progress)
        else:
            if predictions is None:
                opened = open_run_at(run, None)
            else:
                release = open_release_at(run, None)
                opened, _ = import_run(release, predictions, LOCAL_RUNS, name=name, split=split, missing=missing)
            evaluation, page = evaluate_run(opened, **asked, progress=progress)
    if json:
        terminal.say_json({**evaluation.measures, "report": str(page)})
        return
    scores.say_evaluated(evaluation)
    terminal.say()
    terminal.say(f"page {page}")
    if split == "test":
        looks = sum(look["split"] == "test" for look in evaluation.run.looks())
        terminal.say(f"this was look {looks} at test; it is written in the run")
    terminal.say_next(_after_evaluation(evaluation))


def _after_evaluation(evaluation: Evaluation) -> str:
    """What is made of the mistakes; after a look at test only what changes nothing."""
    worst = evaluation.measures["confused_pairs"][:1]
    if evaluation.split == "validation" and worst and "file" not in evaluation.run.facts:
        return f"winnow feedback {evaluation.run.id}"
    return "winnow compare RUN RUN"


def compare(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN", help="Two runs or more, by id or path.")],
    split: SplitOption = "validation",
    json: Json = False,
) -> None:
    """Hold runs against each other on the hold-out rows that they have in common."""
    if len(runs) < 2:
        raise WinnowError(Fault("compare", f"{len(runs)} run", "two or more", "winnow runs lists them"))
    workspace = workspace_or_none(context)
    with progress_bar("comparing", json) as progress:
        if workspace:
            comparison, page = workspace.compare(runs, split=split, progress=progress)
        else:
            opened = [open_run_at(run, None) for run in runs]
            comparison, page = compare_runs(opened, opened[0].path.parent, split=split, progress=progress)
    if json:
        terminal.say_json({**comparison.measures, "report": str(page)})
        return
    comparisons.say_compared(comparison)
    terminal.say()
    terminal.say(f"page {page}")
    terminal.say_next(_after_comparison(comparison))


def _after_comparison(comparison: Comparison) -> str:
    """A look at the best run: why it is wrong where it is."""
    best = max(comparison.measures["runs"], key=lambda one: one["accuracy"]["value"])
    return f"winnow evaluate {best['run']} --split {comparison.split}"
