"""Commands that measure models: evaluate one run, compare several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import JsonOption, progress_bar, workspace_or_none
from winnow.cli.render import comparison_view, terminal
from winnow.cli.render.evaluation_view import print_evaluation
from winnow.core.errors import Problem, WinnowError
from winnow.operations._context import LOCAL_RUNS, find_release, find_run
from winnow.operations.compare import compare_runs
from winnow.operations.evaluate import evaluate_run, import_run

if TYPE_CHECKING:
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.evaluation.evaluate import Evaluation


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
    json: JsonOption = False,
) -> None:
    """Measure a run and draw its page."""
    workspace = workspace_or_none(context)
    measure_options: dict[str, Any] = {"split": split, "latency": latency, "learning_curve": learning_curve}
    with progress_bar("evaluating", json) as progress:
        if workspace:
            import_options: dict[str, Any] = {"predictions": predictions, "name": name, "missing": missing}
            evaluation, page = workspace.evaluate(run, **import_options, **measure_options, progress=progress)
        else:
            if predictions is None:
                opened = find_run(run, None)
            else:
                release = find_release(run, None)
                opened, _ = import_run(release, predictions, LOCAL_RUNS, name=name, split=split, missing=missing)
            evaluation, page = evaluate_run(opened, **measure_options, progress=progress)
    if json:
        terminal.print_json({**evaluation.measures, "report": str(page)})
        return
    print_evaluation(evaluation)
    terminal.print_line()
    terminal.print_line(f"page {page}")
    if split == "test":
        looks = sum(look["split"] == "test" for look in evaluation.run.looks())
        terminal.print_line(f"this was look {looks} at test; it is written in the run")
    terminal.print_next(_after_evaluation(evaluation))


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
    json: JsonOption = False,
) -> None:
    """Hold runs against each other on the hold-out rows that they have in common."""
    if len(runs) < 2:
        raise WinnowError(Problem("compare", f"{len(runs)} run", "two or more", "winnow runs lists them"))
    workspace = workspace_or_none(context)
    with progress_bar("comparing", json) as progress:
        if workspace:
            comparison, page = workspace.compare(runs, split=split, progress=progress)
        else:
            opened = [find_run(run, None) for run in runs]
            comparison, page = compare_runs(opened, opened[0].path.parent, split=split, progress=progress)
    if json:
        terminal.print_json({**comparison.measures, "report": str(page)})
        return
    comparison_view.print_comparison(comparison)
    terminal.print_line()
    terminal.print_line(f"page {page}")
    terminal.print_next(_after_comparison(comparison))


def _after_comparison(comparison: Comparison) -> str:
    """A look at the best run: why it is wrong where it is."""
    best = max(comparison.measures["runs"], key=lambda one: one["accuracy"]["value"])
    return f"winnow evaluate {best['run']} --split {comparison.split}"
