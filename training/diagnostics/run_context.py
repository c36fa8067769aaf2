"""Read or measure what diagnostics need besides the evaluation: train accuracy, losses, rows by slice."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.atomic import atomic_write
from winnow.core.commands import command
from winnow.core.progress import Progress
from winnow.core.result import Measured, NotMeasured
from winnow.curation.releases.release import Release
from winnow.curation.review.label_accuracy_facts import NOT_AUDITED
from winnow.generators.generation_advice import more_examples
from winnow.training.diagnostics.issue import EpochLosses, RunContext
from winnow.training.encoder.training_curves import CURVES_FILE
from winnow.training.methods import predict
from winnow.training.run_facts import IMPORTED, EncoderRunFacts
from winnow.training.runs import NO_MODEL, Run
from winnow.validators.stats.intervals import proportion

if TYPE_CHECKING:
    import pandas as pd


TRAIN_ACCURACY_FILE = "train-fit.json"
"""Caches the accuracy on train rows: neither the model nor its train rows ever change."""

MAX_SAMPLED_ROWS = 2000
"""Train rows that are predicted: enough to estimate an accuracy of 0.95 to within one point."""


def read_run_context(
    run: Run,
    release: Release,
    *,
    unlabeled: int = 0,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> RunContext:
    """Read or measure the context of a run; train rows are only predicted the first time.

    `unlabeled` is the number of unlabeled queries assigned to train.
    """
    train = release.rows("train")
    audited = release.manifest.label_accuracy
    return RunContext(
        run=run.id,
        release=release.name,
        method=run.facts.method,
        train_accuracy=_train_accuracy(run, train, vectors_cache, progress),
        losses=_losses(run),
        train_rows=_train_rows(train),
        train_size=len(train),
        per_label=release.task().targets.per_label,
        more_data_command=command("push label", strategy="mixed") if unlabeled else more_examples(release.kind),
        label_accuracy=audited or NotMeasured(NOT_AUDITED),
        kind=release.kind,
    )


def _train_accuracy(
    run: Run, train: pd.DataFrame, vectors_cache: Path | None, progress: Progress | None
) -> Measured | NotMeasured:
    if run.facts.method == IMPORTED:
        return NotMeasured(NO_MODEL)
    path = run.path / TRAIN_ACCURACY_FILE
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        right, rows_predicted = int(stored["right"]), int(stored["rows"])
    except (OSError, ValueError, KeyError, TypeError):
        rows = train.head(MAX_SAMPLED_ROWS)  # sorted by id, a hash: the first rows are a random sample
        labels = predict(run, list(rows["text"]), vectors_cache=vectors_cache, progress=progress).labels
        right, rows_predicted = sum(g == p for g, p in zip(rows["label"], labels, strict=True)), len(rows)
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps({"right": right, "rows": rows_predicted}) + "\n", encoding="utf-8")
    return proportion(right, rows_predicted, "the release has no train rows")


def _losses(run: Run) -> EpochLosses | NotMeasured:
    """Train and validation loss at the best epoch; the train loss is the mean over that epoch."""
    try:
        curves: dict[str, list[dict[str, Any]]] = json.loads((run.path / CURVES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return NotMeasured(f"method {run.facts.method} records no training curves")
    best = run.facts.best_epoch if isinstance(run.facts, EncoderRunFacts) else None
    found = [
        next((p["loss"] for p in curves.get(split, ()) if round(p["epoch"]) == best), None)
        for split in ("train", "validation")
    ]
    if found[0] is None or found[1] is None:
        return NotMeasured("the training curves lack a train or validation loss for the best epoch")
    return EpochLosses(float(found[0]), float(found[1]))


def _train_rows(train: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Number of rows by slice: label, origin, and every facet of the wording."""
    counts: Counter[tuple[str, str]] = Counter()
    for label, origin, facets in train[["label", "origin", "facets"]].itertuples(index=False, name=None):
        counts["label", str(label)] += 1
        counts["origin", str(origin)] += 1
        for facet in facets:
            kind, _, value = str(facet).partition(":")
            counts[kind, value] += 1
    return dict(counts)
