"""Measure a run on one split of its release and draw its page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.evaluation.evaluate import Evaluation
    from winnow.training.runs import Run


def evaluate_run(
    run: Run,
    *,
    split: str,
    goals: Mapping[str, float] | None = None,
    latency: bool = False,
    learning_curve: bool = False,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Evaluation, Path]:
    """Measure a run on its release and draw the page beside the numbers; latency and learning curve when asked."""
    from winnow.curation.releases.release import open_release
    from winnow.reports.evaluation_page import write_evaluation
    from winnow.training.evaluation.evaluate import check_release, evaluate
    from winnow.training.evaluation.latency import measure_latency
    from winnow.training.evaluation.learning_curve import measure_learning_curve

    release = open_release(run.release_path())
    check_release(run, release, split)
    if learning_curve:
        measure_learning_curve(run, release, vectors_cache=vectors_cache, progress=progress)
    if latency:
        measure_latency(run, list(release.rows("validation" if release.counts["validation"] else "train")["text"]))
    evaluation = evaluate(run, release, split, goals=goals, vectors_cache=vectors_cache, progress=progress)
    return evaluation, write_evaluation(evaluation, run.path / "evaluation" / f"{split}.html")


def import_run(
    release: Release, predictions: Path, folder: Path, *, name: str, split: str, missing: str
) -> tuple[Run, bool]:
    """Make a run of another system's predictions in a folder of runs; also says whether the run is new."""
    from winnow.training.imported_runs.import_run import import_predictions

    return import_predictions(release, predictions, folder, name=name, split=split, missing=missing)
