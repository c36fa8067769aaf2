"""The predictions stored in an imported run: written by record id, loaded as model output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import MissingPrediction
from winnow.training.evaluation.metrics import NO_ANSWER
from winnow.training.imported_runs.match_records import MatchedPredictions
from winnow.training.predictions import ModelOutput, Predictions
from winnow.training.run_facts import ImportedRunFacts
from winnow.training.runs import Run

PREDICTIONS_FILE = "predictions.parquet"


def load_imported(run: Run, ids: Sequence[str]) -> ModelOutput:
    """The imported predictions for records.

    Raises WinnowError when some are missing, unless the import counts them as wrong.
    """
    import pandas as pd

    facts = run.facts_of(ImportedRunFacts)
    table = pd.read_parquet(run.path / PREDICTIONS_FILE).set_index("id")
    known = set(table.index[table["label"].notna()])
    gaps = [record for record in ids if record not in known]
    if gaps and facts.settings["missing"] == MissingPrediction.REFUSE:
        fix = "import a file with all of them, or import with missing=wrong to count them as errors"
        found = (
            f"{len(gaps):,} of {counted(len(ids), 'row')} {agreeing(len(ids), 'has', 'have')} "
            f"no prediction, such as {', '.join(gaps[:5])}"
        )
        raise WinnowError(Problem(run.id, found, "a prediction for each row", fix))
    table = table.reindex(list(ids))
    unanswered = table["label"].isna().to_numpy()
    labels = [NO_ANSWER if empty else str(label) for empty, label in zip(unanswered, table["label"], strict=True)]
    confidence = np.where(unanswered, 0.0, table["confidence"].to_numpy(dtype=float))
    classes = facts.classes
    if not facts.probabilities:
        return ModelOutput(labels, confidence if facts.confidence else None)
    uniform = np.full(len(classes), 1 / len(classes))
    predictions = np.vstack(
        [uniform if e else np.asarray(p) for e, p in zip(unanswered, table["probabilities"], strict=True)]
    )
    return ModelOutput(labels, confidence, Predictions(classes, predictions))


def write_imported(matched: MatchedPredictions, path: Path) -> None:
    """Write predictions by id, without texts, so that forgotten texts are not in the run."""
    import pandas as pd

    rows = [
        {"id": record, "label": row.label, "confidence": row.confidence, "probabilities": row.probabilities}
        for record, row in sorted(matched.by_id.items())
    ]
    pd.DataFrame(rows, columns=["id", "label", "confidence", "probabilities"]).to_parquet(path, index=False)
