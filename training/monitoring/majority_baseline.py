"""The majority baseline: the system that always predicts the most frequent label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from winnow.training.evaluation.stored_results import PredictedRow


def predict_constant(label: str, rows: dict[str, PredictedRow]) -> dict[str, PredictedRow]:
    """Predict the same label for every row."""
    return {record: PredictedRow(one.gold, label) for record, one in rows.items()}


def majority_label(labels: Sequence[str]) -> str:
    """The most frequent label; on ties the first in alphabetical order."""
    return min(Counter(labels).items(), key=lambda item: (-item[1], item[0]))[0]
