"""Read stored evaluations and predictions from run folders, without predicting and without a new look."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.metrics import NO_ANSWER, confused_pairs, metrics_by_class
from winnow.training.runs import Run

DECISION_SPLIT = "validation"
"""Decisions are based on validation: choosing by a test score would invalidate the test split (design rule 3)."""

ROUNDING = 1e-9
"""Largest difference between equal shares that were computed by different versions of a library."""


@dataclass(frozen=True)
class PredictedRow:
    """The gold and predicted label of one row."""

    gold: str
    predicted: str


PredictedRows = dict[str, PredictedRow]
"""Rows by id, or answers by key."""


def stored_measures(run: Run) -> EvaluationFacts | NotMeasured:
    """The measures of the last evaluation on validation.

    Not measured when it is missing or of an older form, or when its figures are not those of the stored predictions: a
    run may have been copied from elsewhere.
    """
    return measures_in(run.path, run.id)


def measures_in(folder: Path, run_id: str) -> EvaluationFacts | NotMeasured:
    """The same for the folder of a run, which need not exist."""
    try:
        text = (folder / "evaluation" / f"{DECISION_SPLIT}.json").read_text(encoding="utf-8")
        measures = EvaluationFacts.model_validate_json(text)  # raises ValueError
    except (OSError, ValueError):
        return NotMeasured(f"run {command('evaluate', run_id)}")
    if _are_measures_of(measures, _predictions_in(folder)):
        return measures
    return NotMeasured(f"the stored figures are not those of the stored predictions: run {command('evaluate', run_id)}")


def _are_measures_of(measures: EvaluationFacts, rows: Mapping[str, PredictedRow]) -> bool:
    """Whether rows, accuracy, confused pairs, and recall, precision and F1 of every label are those of the rows."""
    gold, predicted = [one.gold for one in rows.values()], [one.predicted for one in rows.values()]
    labels = [one.label for one in measures.per_label]
    if not rows or len(rows) != measures.rows or not {*gold, *predicted} <= {*labels, NO_ANSWER}:
        return False
    expected = metrics_by_class(gold, predicted, labels, class_kind="label")
    pairs = [(measures.accuracy, accuracy_of(rows))]
    pairs += [
        (getattr(stored, name), getattr(computed, name))
        for stored, computed in zip(measures.per_label, expected, strict=True)
        for name in ("rows", "recall", "precision", "f1")
    ]
    same_errors = measures.confused_pairs == confused_pairs(gold, predicted)
    return same_errors and all(_are_equal(stored, computed) for stored, computed in pairs)


def _are_equal(stored: float | NotMeasured, computed: float | NotMeasured) -> bool:
    if isinstance(stored, NotMeasured) or isinstance(computed, NotMeasured):
        return stored == computed
    return math.isclose(stored, computed, abs_tol=ROUNDING)


def stored_predictions(run: Run, current_label: Callable[[str], str] = str) -> dict[str, PredictedRow]:
    """The run's stored validation predictions by record; empty before it was evaluated.

    `current_label` maps a label to its name after all renames.
    """
    return _predictions_in(run.path, current_label)


def _predictions_in(folder: Path, current_label: Callable[[str], str] = str) -> dict[str, PredictedRow]:
    """The same for the folder of a run."""
    try:
        text = (folder / "evaluation" / f"{DECISION_SPLIT}-predictions.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line]
        return {row["id"]: PredictedRow(current_label(row["gold"]), current_label(row["predicted"])) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def accuracy_of(rows: Mapping[str, PredictedRow]) -> float | NotMeasured:
    """Share of the rows that are predicted correctly."""
    if not rows:
        return NotMeasured("there are no rows")
    return sum(one.gold == one.predicted for one in rows.values()) / len(rows)
