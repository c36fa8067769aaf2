"""Evaluate a run on one split of its release: measures, predictions, and the texts behind every confusion."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curation.embed import Progress
from curation.folder import replacing
from curation.release import SPLITS, Release
from training.answers import Answers, answers_to
from training.calibration import calibration
from training.fitted import fitted_on_validation
from training.goals import judged
from training.latency import known_latency
from training.learning_curve import known_curve
from training.metrics import by_route, headline
from training.nearness import Nearness
from training.pinned import pinned_of
from training.runs import Run
from training.scope import out_of_scope
from training.selective import selective
from training.slices import by_similarity, slices
from validators.faults import Fault, GateError, WinnowError

if TYPE_CHECKING:
    import pandas as pd

TEXTS_PER_PAIR = 5


@dataclass(frozen=True)
class Evaluation:
    """A run's result on one split."""

    run: Run
    release: Release
    split: str
    measures: dict[str, Any]
    predictions: pd.DataFrame
    """Columns `id`, `text`, `gold`, `predicted`, `confidence` (NaN where the system tells none), `similarity` (to the
    nearest train record)."""


def evaluate(
    run: Run,
    release: Release,
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Predict a split, measure, and write both into the run folder. Each evaluation is a look, and is written down.

    `goals` are those of the release's task when none are given. Raises GateError when the release is not the one that
    the run was trained on.
    """
    check_release(run, release, split)
    rows = release.rows(split)
    answers = answers_to(run, rows, vectors_cache=vectors_cache, progress=progress)
    near = Nearness(run, release, vectors_cache)
    similarity = near.to_train(list(rows["text"]))
    fitted = fitted_on_validation(run, release, vectors_cache=vectors_cache, progress=progress)
    measures = {
        "run": run.id,
        "split": split,
        "fitted_on": fitted["split"],
        **measure(
            rows,
            answers,
            similarity,
            labels=release.labels,
            fallback=release.manifest["task"]["fallback"],
            routes=release.task().routes,
            fitted=fitted,
            seed=run.facts["seed"],
        ),
        "goals": _goals(release, rows, answers, goals, run.facts["seed"]),
        "must_pass": pinned_of(run, release, near, vectors_cache=vectors_cache),
        "latency": known_latency(run),
        "learning_curve": known_curve(run),
    }
    table = rows[["id", "text"]].assign(
        gold=rows["label"],
        predicted=answers.labels,
        confidence=np.nan if answers.confidence is None else answers.confidence.round(6),
        similarity=similarity.astype(np.float64).round(6),
    )
    evaluation = Evaluation(run, release, split, measures, table)
    run.look(split, measures)  # before anybody can see the score
    _write(evaluation)
    return evaluation


def measure(
    rows: pd.DataFrame,
    answers: Answers,
    similarity: NDArray[np.float32],
    *,
    labels: Sequence[str],
    fallback: str | None,
    routes: Mapping[str, str | None],
    fitted: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """Every measure of one split, ready for JSON. Shares are 0 to 1; intervals are 95 %. Pure.

    `rows` has the release columns, `fitted` what `fitted_on_validation` found.
    """
    gold = list(rows["label"])
    correct = np.array([g == p for g, p in zip(gold, answers.labels, strict=True)], dtype=bool)
    calibrated = calibration(answers, correct, fitted["temperature"], seed=seed)
    return {
        **headline(gold, answers.labels, labels=labels, fallback=fallback, seed=seed),
        "routes": by_route(gold, answers.labels, routes),
        "out_of_scope": out_of_scope(answers, gold, fitted["out_of_scope_thresholds"], fallback=fallback),
        "calibration_error": calibrated.get("error", calibrated),
        "calibration": calibrated,
        "selective": selective(answers, gold, fitted["fallback_threshold"], fallback=fallback),
        "by_similarity_to_train": by_similarity(similarity, correct),
        "slices": slices(rows, similarity, correct),
    }


def check_release(run: Run, release: Release, split: str) -> None:
    """Raises WinnowError when a run cannot be measured on a split of this release."""
    if split not in SPLITS:
        raise WinnowError(Fault("--split", repr(split), ", ".join(SPLITS), "correct --split"))
    if release.sha256 != run.facts["release"]["sha256"]:
        trained = f"trained on the release with SHA-256 {run.facts['release']['sha256']}"
        raise GateError(Fault(run.id, trained, release.sha256, "evaluate on the run's own release"))
    if not release.counts[split]:
        raise WinnowError(Fault(release.name, f"no {split} rows", "a split with rows", "choose another --split"))


def texts_behind(evaluation: Evaluation) -> dict[tuple[str, str], list[str]]:
    """Texts of every confused pair, the surest mistakes first, at most TEXTS_PER_PAIR."""
    wrong = evaluation.predictions[evaluation.predictions["gold"] != evaluation.predictions["predicted"]]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    ranked = wrong.sort_values(["confidence", "id"], ascending=[False, True])
    for gold, predicted, text in ranked[["gold", "predicted", "text"]].itertuples(index=False, name=None):
        if len(found[gold, predicted]) < TEXTS_PER_PAIR:
            found[gold, predicted].append(text)
    return dict(found)


def _goals(
    release: Release, rows: pd.DataFrame, answers: Answers, goals: Mapping[str, float] | None, seed: int
) -> list[dict[str, Any]]:
    fallback = release.manifest["task"]["fallback"]
    asked = release.task().goals if goals is None else goals
    return judged(asked, list(rows["label"]), answers.labels, labels=release.labels, fallback=fallback, seed=seed)


def _write(evaluation: Evaluation) -> None:
    folder = evaluation.run.path / "evaluation"
    with replacing(folder / f"{evaluation.split}.json") as temporary:
        temporary.write_text(json.dumps(evaluation.measures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with replacing(folder / f"{evaluation.split}-predictions.jsonl") as temporary:
        evaluation.predictions.to_json(temporary, orient="records", lines=True, force_ascii=False)
