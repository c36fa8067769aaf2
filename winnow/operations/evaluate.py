"""Measure a run on one split of its release and draw its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.model_vocabulary import MissingPrediction
from winnow.core.record import Record
from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.runs import CreatedRun, Run
    from winnow.training.scorers import AnyEvaluation


class EvaluateResult(NamedTuple):
    """The evaluation, and the page that shows it."""

    evaluation: AnyEvaluation
    page: Path


def evaluate(  # noqa: PLR0913  (the options of the command)
    context: Context,
    run_or_release: str | Path,
    *,
    split: str = "validation",
    predictions: str | Path | None = None,
    name: str = "imported",
    missing: str = MissingPrediction.REFUSE,
    latency: bool = False,
    learning_curve: bool = False,
    progress: Progress | None = None,
) -> EvaluateResult:
    """Measure a run on one split of its release and draw the page.

    With `predictions`, a file of any other system, the first argument is a release, and the run `name` is made of the
    file; rows of the split without a prediction are refused, or count as wrong when `missing` is "wrong".
    """
    if predictions is None:
        run = context.run(run_or_release)
    else:
        release = context.release(run_or_release)
        run, _ = import_run(release, Path(predictions), context.runs_folder, name=name, split=split, missing=missing)
        context.record_run(run)
    return evaluate_run(
        run,
        split=split,
        goals=context.goals,
        latency=latency,
        learning_curve=learning_curve,
        vectors_cache=context.vectors_cache,
        progress=progress,
    )


def evaluate_run(
    run: Run,
    *,
    split: str,
    goals: Mapping[str, float] | None = None,
    latency: bool = False,
    learning_curve: bool = False,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> EvaluateResult:
    """Measure a run on its release and write the page next to the numbers; latency and learning curve on request."""
    from winnow.training.evaluation.evaluate import check_release
    from winnow.training.evaluation.latency import measure_latency_on
    from winnow.training.evaluation.learning_curve import measure_learning_curve
    from winnow.training.run_release import release_of
    from winnow.training.scorers import scorer_of

    release = release_of(run)
    check_release(run, release, split)
    if learning_curve:
        measure_learning_curve(run, release, vectors_cache=vectors_cache, progress=progress)
    if latency:
        measure_latency_on(run, release)
    score = scorer_of(release.kind)
    evaluation = score(run, release, split, goals=goals, vectors_cache=vectors_cache, progress=progress)
    write = _writer_of(evaluation.measures)
    return EvaluateResult(evaluation, write(evaluation, run.path / "evaluation" / f"{split}.html"))


def _writer_of(measures: Record) -> Callable[[Any, Path], Path]:
    """What draws the page, by what was measured."""
    from winnow.reports.evaluation_page import write_evaluation
    from winnow.reports.tool_evaluation_page import write_tool_evaluation
    from winnow.training.evaluation.evaluation_facts import EvaluationFacts
    from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts

    writers: dict[type[Record], Callable[[Any, Path], Path]] = {
        EvaluationFacts: write_evaluation,
        ToolEvaluationFacts: write_tool_evaluation,
    }
    return writers[type(measures)]


def import_run(release: Release, predictions: Path, folder: Path, *, name: str, split: str, missing: str) -> CreatedRun:
    """Make a run of another system's predictions in a folder of runs; also says whether the run is new."""
    from winnow.training.imported_runs.import_run import import_predictions

    return import_predictions(release, predictions, folder, name=name, split=split, missing=missing)
