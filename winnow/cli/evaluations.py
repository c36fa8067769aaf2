"""Commands that measure models: evaluate one run, compare several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import JsonOption, choice, context_of, input_files, progress_bar
from winnow.cli.render import terminal
from winnow.cli.render.comparison_view import print_comparison
from winnow.cli.render.evaluation_view import print_evaluation
from winnow.cli.render.tool_comparison_view import print_tool_comparison
from winnow.cli.render.tool_evaluation_view import print_tool_evaluation
from winnow.cli.special_evaluations import (
    evaluate_format_sensitivity,
    evaluate_general,
    evaluate_suite,
    refuse_other_modes,
)
from winnow.core.commands import command
from winnow.core.model_vocabulary import MissingPrediction
from winnow.core.record import Record
from winnow.core.vocabulary import SPLITS, Split
from winnow.operations._context import Context, WorkspaceContext
from winnow.training.evaluation.comparison_facts import ComparisonFacts
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.tools.tool_comparison_facts import ToolComparisonFacts
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.run_facts import IMPORTED

if TYPE_CHECKING:
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.evaluation.tools.compare_tool_runs import ToolComparison
    from winnow.training.scorers import AnyEvaluation


EVALUATION_VIEWS: Mapping[type[Record], Callable[[Any], None]] = {
    EvaluationFacts: print_evaluation,
    ToolEvaluationFacts: print_tool_evaluation,
}
"""What prints an evaluation, by what it measured."""

COMPARISON_VIEWS: Mapping[type[Record], Callable[[Any], None]] = {
    ComparisonFacts: print_comparison,
    ToolComparisonFacts: print_tool_comparison,
}
"""What prints a comparison, by what it measured."""

SplitOption = Annotated[str, choice(SPLITS, "Split to evaluate on; every evaluation on test is recorded in the run.")]


def evaluate(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="Run to evaluate; with --predictions, the release. Name, id or path.")
    ],
    split: SplitOption = Split.VALIDATION,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Predictions of another system, with columns id or text, label, and optionally confidence; for "
            "dialogues its answers, with columns id or messages, and answer or message; - for standard input.",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="With --predictions: name of the imported run.")] = "imported",
    missing: Annotated[
        str,
        choice(
            MissingPrediction,
            "With --predictions: if a row has no prediction, refuse the file, or count the row as wrong.",
        ),
    ] = MissingPrediction.REFUSE,
    latency: Annotated[bool, typer.Option("--latency", help="Also measure latency and memory.")] = False,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Also train on subsets of train and evaluate each on validation.")
    ] = False,
    general: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Measure only what an adapter forgets: rows with question, choices and answer, or with messages.",
        ),
    ] = None,
    suite: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Evaluate on a suite, not on a split: labeled dialogues in any format that add reads; none is added.",
        ),
    ] = None,
    format_sensitivity: Annotated[
        bool,
        typer.Option(
            "--format-sensitivity",
            help="Measure only how much the answers depend on the form of the prompt, on the split or on --suite.",
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Evaluate a run and write its report."""
    from winnow.operations import evaluate as operation

    modes = {"--general": general, "--suite": suite, "--format-sensitivity": format_sensitivity}
    others = {"--predictions": predictions, "--latency": latency, "--learning-curve": learning_curve}
    asks_no_split = split != Split.VALIDATION and (suite is not None or not format_sensitivity)
    refuse_other_modes(modes, {**others, "--split": asks_no_split})
    if general is not None:
        evaluate_general(context_of(context), run, general, json=json)
        return
    if format_sensitivity:
        evaluate_format_sensitivity(context_of(context), run, split=split, suite=suite, json=json)
        return
    if suite is not None:
        evaluate_suite(context_of(context), run, suite, json=json)
        return
    with input_files([predictions] if predictions else []) as given, progress_bar("evaluating", json) as progress:
        place = context_of(context)
        evaluation, page = operation.evaluate(
            place,
            run,
            split=split,
            predictions=given[0] if given else None,
            name=name,
            missing=missing,
            latency=latency,
            learning_curve=learning_curve,
            progress=progress,
        )
    if json:
        terminal.print_json({**evaluation.measures.model_dump(mode="json"), "report": str(page)})
        return
    EVALUATION_VIEWS[type(evaluation.measures)](evaluation)
    terminal.print_line()
    terminal.print_line(f"report {page}")
    if split == Split.TEST:
        terminal.print_line(f"this was evaluation {evaluation.run.looks_at_test()} on test; it is recorded in the run")
    terminal.print_next(_after_evaluation(evaluation, run, place))


def _after_evaluation(evaluation: AnyEvaluation, run: str, place: Context) -> str:
    """Feedback on the errors, in a workspace; after an evaluation on test, only a command that changes nothing.

    Where the labels carry no signal, there is nothing to learn from errors.
    """
    if isinstance(place, WorkspaceContext) and _has_no_signal(evaluation):
        return command("label-errors")
    has_feedback = evaluation.split == "validation" and evaluation.measures.has_errors
    if has_feedback and evaluation.run.facts.method != IMPORTED and isinstance(place, WorkspaceContext):
        return command("feedback", run)
    return "winnow compare RUN RUN"


def _has_no_signal(evaluation: AnyEvaluation) -> bool:
    """Whether the answers of a run are right by chance only; not known for dialogues."""
    from winnow.training.diagnostics.no_signal import chance_finding
    from winnow.training.evaluation.evaluation_facts import EvaluationFacts

    measures = evaluation.measures
    return isinstance(measures, EvaluationFacts) and bool(chance_finding(measures, evaluation.run.facts.method))


def compare(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN", help="Two or more runs, by id or path.")],
    split: SplitOption = Split.VALIDATION,
    json: JsonOption = False,
) -> None:
    """Compare runs on the hold-out rows they share."""
    from winnow.operations import compare as operation

    with progress_bar("comparing", json) as progress:
        compared = operation.compare(context_of(context), runs, split=split, progress=progress)
    comparison, page = compared
    if json:
        terminal.print_json(compared.output().model_dump(mode="json"))
        return
    COMPARISON_VIEWS[type(comparison.facts)](comparison)
    terminal.print_line()
    terminal.print_line(f"report {page}")
    terminal.print_next(_after_comparison(comparison, runs))


def _after_comparison(comparison: Comparison | ToolComparison, runs: Sequence[str]) -> str:
    """Evaluate the best run: it shows where and why it is wrong; `runs` are the ids or paths that were given."""
    accuracy = [one.accuracy.value for one in comparison.facts.runs]
    best = runs[accuracy.index(max(accuracy))]
    return command("evaluate", best, split=comparison.facts.split)
