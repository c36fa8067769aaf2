"""Read stored evaluations and predictions from run folders, without predicting and without a new look."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.runs import Run

DECISION_SPLIT = "validation"
"""Decisions are based on validation: choosing by a test score would invalidate the test split (design rule 3)."""


@dataclass(frozen=True)
class PredictedRow:
    """The gold and predicted label of one row."""

    gold: str
    predicted: str


def stored_measures(run: Run) -> EvaluationFacts | NotMeasured:
    """The measures of the last evaluation on validation; not measured when it is missing or of an older form."""
    return measures_in(run.path, run.id)


def measures_in(folder: Path, run_id: str) -> EvaluationFacts | NotMeasured:
    """The same for the folder of a run, which need not exist."""
    try:
        text = (folder / "evaluation" / f"{DECISION_SPLIT}.json").read_text(encoding="utf-8")
        return EvaluationFacts.model_validate_json(text)  # raises ValueError
    except (OSError, ValueError):
        return NotMeasured(f"run {command('evaluate', run_id)}")


def stored_predictions(run: Run, current_label: Callable[[str], str] = str) -> dict[str, PredictedRow]:
    """The run's stored validation predictions by record; empty before it was evaluated.

    `current_label` maps a label to its name after all renames.
    """
    try:
        text = (run.path / "evaluation" / f"{DECISION_SPLIT}-predictions.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line]
    except (OSError, ValueError):
        return {}
    return {row["id"]: PredictedRow(current_label(row["gold"]), current_label(row["predicted"])) for row in rows}


def accuracy_of(rows: dict[str, PredictedRow]) -> float | NotMeasured:
    """Share of the rows that are predicted correctly."""
    if not rows:
        return NotMeasured("there are no rows")
    return sum(one.gold == one.predicted for one in rows.values()) / len(rows)
