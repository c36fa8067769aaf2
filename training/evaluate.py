"""Evaluate a run on one split of its release: measures, predictions, and the texts behind every confusion."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.embed import Progress, open_embedder
from curation.folder import replacing
from curation.near import nearest
from curation.release import SPLITS, Release
from curation.vectors import vectors_for
from training.methods import predict
from training.metrics import measure
from training.runs import Run
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
    """Columns `id`, `text`, `gold`, `predicted`, `confidence`, `similarity` (to the nearest train record), and
    `reason` where the model gives one."""


def evaluate(
    run: Run,
    release: Release,
    split: str = "validation",
    *,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Predict a split, measure, and write both into the run folder. Each evaluation is a look, and is written down.

    Raises GateError when the release is not the one that the run was trained on.
    """
    if split not in SPLITS:
        raise WinnowError(Fault("--split", repr(split), ", ".join(SPLITS), "correct --split"))
    if release.sha256 != run.facts["release"]["sha256"]:
        trained = f"trained on the release with SHA-256 {run.facts['release']['sha256']}"
        raise GateError(Fault(run.id, trained, release.sha256, "evaluate on the run's own release"))
    if not release.counts[split]:
        raise WinnowError(Fault(release.name, f"no {split} rows", "a split with rows", "choose another --split"))
    rows = release.rows(split)
    texts = list(rows["text"])
    predicted = predict(run, texts, vectors_cache=vectors_cache, progress=progress)
    told = run.facts["embedder"]
    embedder = open_embedder(told["model"], backend=told["backend"])
    train = vectors_for(list(release.rows("train")["text"]), embedder, vectors_cache)
    _, similarity = nearest(vectors_for(texts, embedder, vectors_cache), train)
    measures = measure(
        list(rows["label"]),
        predicted.labels,
        predicted.confidence,
        similarity,
        labels=release.labels,
        fallback=release.manifest["task"]["fallback"],
        seed=run.facts["seed"],
    )
    measures["not_answered"] = dict(predicted.not_answered)
    table = rows[["id", "text"]].assign(
        gold=rows["label"],
        predicted=predicted.labels,
        confidence=predicted.confidence.round(6),
        similarity=similarity.astype(np.float64).round(6),
    )
    if predicted.reasons:
        table = table.assign(reason=list(predicted.reasons))
    evaluation = Evaluation(run, release, split, measures, table)
    run.look(split, measures)  # before anybody can see the score
    _write(evaluation)
    return evaluation


def texts_behind(evaluation: Evaluation) -> dict[tuple[str, str], list[str]]:
    """Texts of every confused pair, the surest mistakes first, at most TEXTS_PER_PAIR."""
    wrong = evaluation.predictions[evaluation.predictions["gold"] != evaluation.predictions["predicted"]]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    ranked = wrong.sort_values(["confidence", "id"], ascending=[False, True])
    for gold, predicted, text in ranked[["gold", "predicted", "text"]].itertuples(index=False, name=None):
        if len(found[gold, predicted]) < TEXTS_PER_PAIR:
            found[gold, predicted].append(text)
    return dict(found)


def _write(evaluation: Evaluation) -> None:
    folder = evaluation.run.path / "evaluation"
    with replacing(folder / f"{evaluation.split}.json") as temporary:
        temporary.write_text(json.dumps(evaluation.measures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with replacing(folder / f"{evaluation.split}-predictions.jsonl") as temporary:
        evaluation.predictions.to_json(temporary, orient="records", lines=True, force_ascii=False)
