"""The page of one evaluation: self-contained HTML, every text escaped, readable without a network or a script."""

from __future__ import annotations

from pathlib import Path

from reports.matrix import confusion_picture
from reports.page import render, write_page
from training.evaluate import Evaluation, texts_behind
from training.metrics import confusion_matrix

PAIRS_SHOWN = 20


def write_evaluation(evaluation: Evaluation, path: Path) -> Path:
    """Draw the page of an evaluation."""
    return write_page(evaluation_page(evaluation), path)


def evaluation_page(evaluation: Evaluation) -> str:
    """The page as HTML."""
    measures, predictions = evaluation.measures, evaluation.predictions
    labels, fallback = evaluation.release.labels, evaluation.release.manifest["task"]["fallback"]
    counts = confusion_matrix(list(predictions["gold"]), list(predictions["predicted"]), labels)
    behind = texts_behind(evaluation)
    pairs = [
        {**pair, "texts": behind[pair["gold"], pair["predicted"]]} for pair in measures["confused_pairs"][:PAIRS_SHOWN]
    ]
    weakest = sorted(
        (row for row in measures["per_label"] if row["rows"]), key=lambda row: (row["f1"], -row["rows"], row["label"])
    )
    return render(
        "evaluation.html.j2",
        run=evaluation.run.facts,
        looks=evaluation.run.looks(),
        split=evaluation.split,
        release=evaluation.release,
        manifest=evaluation.release.manifest,
        m=measures,
        errors=sum(pair["count"] for pair in measures["confused_pairs"]),
        pair_kinds=len(measures["confused_pairs"]),
        pairs=pairs,
        weakest=weakest,
        unseen=[row["label"] for row in measures["per_label"] if not row["rows"]],
        matrix=confusion_picture(counts, labels, last=fallback),
        fallback=fallback,
    )
