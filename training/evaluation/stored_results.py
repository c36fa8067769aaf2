"""Read stored evaluations and their predictions from run folders; nothing is predicted, no new look is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.runs import Run

DECISION_SPLIT = "validation"
"""Decisions rest on validation: a choice that is made by a test score spends the test (design rule 3)."""


@dataclass(frozen=True)
class PredictedRow:
    """One validation row as a system answered it."""

    gold: str
    predicted: str


def stored_measures(run: Run) -> dict[str, Any] | NotMeasured:
    """The measures of the last evaluation on validation."""
    try:
        return dict(json.loads((run.path / "evaluation" / f"{DECISION_SPLIT}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return NotMeasured(f"winnow evaluate {run.id} measures it")


def stored_predictions(run: Run, current_label: Callable[[str], str] = str) -> dict[str, PredictedRow]:
    """By record, what the run answered on validation; empty before it was evaluated.

    `called_now` gives a label's name after all renamings.
    """
    try:
        text = (run.path / "evaluation" / f"{DECISION_SPLIT}-predictions.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line]
    except (OSError, ValueError):
        return {}
    return {row["id"]: PredictedRow(current_label(row["gold"]), current_label(row["predicted"])) for row in rows}


def accuracy_of(rows: dict[str, PredictedRow]) -> float | NotMeasured:
    """Share of the rows that are right."""
    if not rows:
        return NotMeasured("no row")
    return sum(one.gold == one.predicted for one in rows.values()) / len(rows)
