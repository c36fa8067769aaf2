"""Evaluate a run on a split: predict, measure, write the results into the run, record the look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.atomic import atomic_write, write_json_file
from winnow.core.choices import check_choice
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.vocabulary import SPLITS, Split
from winnow.curation.releases.release import Release
from winnow.training.evaluation.evaluation_facts import EvaluationFacts, GoalVerdict
from winnow.training.evaluation.fit_on_validation import load_or_fit
from winnow.training.evaluation.goals import judge_goals
from winnow.training.evaluation.judge_serving import judge_goals_of_run
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.learning_curve import stored_learning_curve
from winnow.training.evaluation.measure_split import measure_split
from winnow.training.evaluation.must_pass_cases import evaluate_must_pass
from winnow.training.evaluation.rows_of_sources import accuracy_by_occurrences
from winnow.training.evaluation.run_predictions import predict_or_load
from winnow.training.evaluation.train_similarity import TrainSimilarity
from winnow.training.predictions import ModelOutput
from winnow.training.runs import Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Evaluation:
    """A run's result on one split."""

    run: Run
    release: Release
    split: str
    measures: EvaluationFacts
    predictions: pd.DataFrame
    """Columns `id`, `text`, `gold`, `predicted`, `confidence` (NaN when the system reports none), `similarity` (to the
    nearest train record), and `reason` when the model gives one."""


def evaluate(
    run: Run,
    release: Release,
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Predict a split, measure, and write both into the run folder. Each evaluation is recorded as a look.

    `goals` default to those of the release's task. Raises GateError when the release is not the one that the run was
    trained on.
    """
    check_release(run, release, split)
    rows = release.rows(split)
    output = predict_or_load(run, rows, vectors_cache=vectors_cache, progress=progress)
    train_similarity = TrainSimilarity(run, release, vectors_cache)
    similarity = train_similarity.nearest_cosine(list(rows["text"]))
    fitted = load_or_fit(run, release, vectors_cache=vectors_cache, progress=progress)
    measured = measure_split(
        rows,
        output,
        similarity,
        labels=release.labels,
        fallback=release.manifest.task.fallback,
        routes=release.task().routes,
        fitted=fitted,
        seed=run.facts.seed,
    )
    right = rows["label"].to_numpy() == np.asarray(output.labels)
    measures = EvaluationFacts(
        run=run.id,
        split=Split(split),
        fitted_on=fitted.split.value,
        occurrences=int(rows["weight"].sum()),
        accuracy_by_occurrences=accuracy_by_occurrences(right.tolist(), rows["weight"].tolist()),
        left_out=release.left_out(split) or None,
        **dict(measured),
        goals=_goal_verdicts(run, release, rows, output, goals),
        must_pass=evaluate_must_pass(run, release, train_similarity, vectors_cache=vectors_cache),
        not_answered=dict(output.predictions.not_answered) if output.predictions else {},
        latency=stored_latency(run),
        learning_curve=stored_learning_curve(run),
    )
    table = rows[["id", "text"]].assign(
        gold=rows["label"],
        predicted=output.labels,
        confidence=np.nan if output.confidence is None else output.confidence.round(6),
        similarity=similarity.astype(np.float64).round(6),
    )
    if output.predictions and output.predictions.reasons:
        table = table.assign(reason=list(output.predictions.reasons))
    evaluation = Evaluation(run, release, split, measures, table)
    run.record_look(split, accuracy=measures.accuracy, rows=measures.rows)  # recorded before the score is shown
    _write_evaluation(evaluation)
    return evaluation


def check_release(run: Run, release: Release, split: str) -> None:
    """Raises WinnowError when a run cannot be evaluated on a split of this release."""
    check_choice("split", split, SPLITS)
    if release.sha256 != run.facts.release.sha256:
        trained = f"trained on the release with SHA-256 {run.facts.release.sha256}"
        raise GateError(Problem(run.id, trained, release.sha256, "evaluate on the run's own release"))
    if not release.counts[split]:
        raise WinnowError(Problem(release.name, f"no {split} rows", "a split with rows", "choose another split"))


def _goal_verdicts(
    run: Run, release: Release, rows: pd.DataFrame, output: ModelOutput, goals: Mapping[str, float] | None
) -> list[GoalVerdict]:
    fallback = release.manifest.task.fallback
    target_goals = release.task().goals if goals is None else goals
    judge_shares = partial(
        judge_goals,
        gold=list(rows["label"]),
        predicted=output.labels,
        labels=release.labels,
        fallback=fallback,
        seed=run.facts.seed,
    )
    return judge_goals_of_run(target_goals, run, judge_shares)


def _write_evaluation(evaluation: Evaluation) -> None:
    folder = evaluation.run.path / "evaluation"
    write_json_file(folder / f"{evaluation.split}.json", evaluation.measures.model_dump(mode="json"))
    with atomic_write(folder / f"{evaluation.split}-predictions.jsonl") as temporary:
        evaluation.predictions.to_json(temporary, orient="records", lines=True, force_ascii=False)
