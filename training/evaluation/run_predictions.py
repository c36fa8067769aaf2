"""A run's predictions for rows: computed now, or loaded from an import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.training.predictions import ModelOutput
from winnow.training.run_facts import IMPORTED
from winnow.training.runs import Run

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress


def predict_or_load(
    run: Run, rows: pd.DataFrame, *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> ModelOutput:
    """A run's output for rows with `id` and `text`: predicted now, or loaded from an import.

    Raises WinnowError when an imported run lacks predictions for some of the rows.
    """
    if run.facts.method == IMPORTED:
        from winnow.training.imported_runs.imported_predictions import load_imported

        return load_imported(run, list(rows["id"]))
    from winnow.training.methods import predict

    predictions = predict(run, list(rows["text"]), vectors_cache=vectors_cache, progress=progress)
    return ModelOutput(predictions.labels, predictions.confidence, predictions)
