"""The evaluation page of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.result import Measured, NotMeasured
from winnow.reports.confusion_matrix import layout_matrix
from winnow.reports.html import render, write_page
from winnow.reports.svg import goal_whiskers, learning_plot, reliability_plot, risk_plot
from winnow.training.diagnostics.no_signal import chance_finding
from winnow.training.evaluation.confidence_facts import SelectivePrediction
from winnow.training.evaluation.error_examples import error_examples
from winnow.training.evaluation.evaluate import Evaluation
from winnow.training.evaluation.evaluation_facts import ErrorCount, EvaluationFacts, Slice
from winnow.training.evaluation.metrics import confusion_matrix, with_no_answer
from winnow.training.evaluation.slices import MIN_TESTED_SLICE
from winnow.training.folds.cross_validation import stored_folds

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
    errors = measures.confused_pairs
    weakest = sorted(
        (row for row in measures.per_label if isinstance(row.f1, float)), key=lambda row: (row.f1, -row.rows, row.label)
    )
    return render(
        "evaluation.html.j2",
        run=evaluation.run.facts,
        looks_at_test=evaluation.run.looks_at_test(),
        split=evaluation.split,
        release=evaluation.release,
        manifest=evaluation.release.manifest,
        m=measures,
        chance=chance_finding(measures, evaluation.run.facts.method),
        errors=sum(one.count for one in errors),
        pair_kinds=len(errors),
        pairs=[_ConfusedPair(one, behind[one.gold, one.predicted]) for one in errors[:PAIRS_SHOWN]],
        weakest=weakest,
        unseen=[row.label for row in measures.per_label if not row.rows],
        matrix=layout_matrix(counts, labels, last=fallback),
        fallback=fallback,
        score_names=SCORE_NAMES,
        folds=stored_folds(evaluation.run),
        **slices_shown(measures.slices),
        **_plots(measures),
    )


@dataclass(frozen=True)
class _ConfusedPair:
    """An error with examples of it."""

    error: ErrorCount
    texts: list[str]


def slices_shown(slices: Sequence[Slice]) -> dict[str, Any]:
    """Slices with lower accuracy than other rows, those beyond chance first; without slices of nearly all rows."""
    weak = [
        one
        for one in slices
        if one.rows_lost > 0 and isinstance(one.elsewhere, Measured) and one.elsewhere.rows >= MIN_TESTED_SLICE
    ]
    weak.sort(key=lambda one: (one.differs is not True, one.p_value is None))
    return {"weak_slices": weak[:SLICES_SHOWN], "tested_slices": sum(one.p_value is not None for one in slices)}


def _plots(measures: EvaluationFacts) -> dict[str, Any]:
    """The plots; None where there is nothing to draw."""
    calibrated, chosen, curve = measures.calibration, measures.selective, measures.learning_curve
    return {
        "reliability": None if isinstance(calibrated, NotMeasured) else reliability_plot(calibrated.bins),
        "risk": None if isinstance(chosen, NotMeasured) else risk_plot(chosen.curve, _allowed_risk(chosen)),
        "learning": None if isinstance(curve, NotMeasured) else learning_plot(curve.points),
        "goal_marks": goal_whiskers(measures.goals),
    }


def _allowed_risk(chosen: SelectivePrediction) -> float | None:
    return None if isinstance(chosen.threshold, NotMeasured) else chosen.threshold.risk
