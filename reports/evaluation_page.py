"""The evaluation page of one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.result import is_measured
from winnow.reports.confusion_matrix import layout_matrix
from winnow.reports.html import render, write_page
from winnow.reports.svg import learning_plot, reliability_plot, risk_plot, whiskers
from winnow.training.evaluation.error_examples import error_examples
from winnow.training.evaluation.evaluate import Evaluation
from winnow.training.evaluation.metrics import confusion_matrix, with_no_answer
from winnow.training.evaluation.slices import MIN_TESTED_SLICE

PAIRS_SHOWN = 20

SLICES_SHOWN = 15

SCORE_NAMES = {
    "max_probability": "one minus the largest in-scope probability",
    "fallback_probability": "probability of the fallback label",
    "answer_confidence": "confidence of the prediction",
}


def write_evaluation(evaluation: Evaluation, path: Path) -> Path:
    """Write the page; returns its path."""
    return write_page(evaluation_page(evaluation), path)


def evaluation_page(evaluation: Evaluation) -> str:
    """The page as HTML."""
    measures, predictions = evaluation.measures, evaluation.predictions
    fallback = evaluation.release.manifest.task.fallback
    predicted = list(predictions["predicted"])
    labels = with_no_answer(evaluation.release.labels, predicted)
    counts = confusion_matrix(list(predictions["gold"]), predicted, labels)
    behind = error_examples(evaluation)
    pairs = [
        {**pair, "texts": behind[pair["gold"], pair["predicted"]]} for pair in measures["confused_pairs"][:PAIRS_SHOWN]
    ]
    weakest = sorted(
        (row for row in measures["per_label"] if row["rows"]), key=lambda row: (row["f1"], -row["rows"], row["label"])
    )
    return render(
        "evaluation.html.j2",
        run=evaluation.run.facts,
        looks_at_test=evaluation.run.looks_at_test(),
        split=evaluation.split,
        release=evaluation.release,
        manifest=evaluation.release.manifest,
        m=measures,
        errors=sum(pair["count"] for pair in measures["confused_pairs"]),
        pair_kinds=len(measures["confused_pairs"]),
        pairs=pairs,
        weakest=weakest,
        unseen=[row["label"] for row in measures["per_label"] if not row["rows"]],
        matrix=layout_matrix(counts, labels, last=fallback),
        fallback=fallback,
        score_names=SCORE_NAMES,
        **_slices(measures["slices"]),
        **_plots(measures),
    )


def _slices(slices: list[dict[str, Any]]) -> dict[str, Any]:
    """Slices with lower accuracy than other rows, those beyond chance first; without slices of nearly all rows."""
    weak = [one for one in slices if one["rows_lost"] > 0 and one["elsewhere"]["rows"] >= MIN_TESTED_SLICE]
    weak.sort(key=lambda one: (one["differs"] is not True, "p_value" not in one))
    return {"weak_slices": weak[:SLICES_SHOWN], "tested_slices": sum("p_value" in one for one in slices)}


def _plots(measures: dict[str, Any]) -> dict[str, Any]:
    """The plots; None where there is nothing to draw."""
    calibrated, chosen, curve = measures["calibration"], measures["selective"], measures["learning_curve"]
    goals = measures["goals"]
    return {
        "reliability": reliability_plot(calibrated["bins"]) if is_measured(calibrated) else None,
        "risk": risk_plot(chosen["curve"], chosen["threshold"].get("risk")) if is_measured(chosen) else None,
        "learning": learning_plot(curve["points"]) if is_measured(curve) else None,
        "goal_marks": whiskers(goals, key="measured", marks=[goal["wanted"] for goal in goals]),
    }
