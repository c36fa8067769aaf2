"""Staleness: how a run predicts the validation rows of a release newer than its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.evaluation.stored_results import DECISION_SPLIT, PredictedRow
from winnow.training.methods import predict
from winnow.training.run_facts import IMPORTED
from winnow.training.runs import NO_MODEL, Run


def predict_newer_validation(
    run: Run,
    release: Release,
    *,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, PredictedRow] | NotMeasured:
    """A run's predictions for the validation rows of another release, computed once and stored in the run.

    A row whose label the run does not know counts as an error, as it would in production. The look is recorded.
    """
    if run.facts.method == IMPORTED:
        return NotMeasured(NO_MODEL)
    if not release.counts[DECISION_SPLIT]:
        return NotMeasured(f"{release.name} has no validation rows")
    path = run.path / "evaluation" / f"{DECISION_SPLIT}-of-{release.sha256[:16]}.jsonl"
    if not path.is_file():
        rows = release.rows(DECISION_SPLIT)
        predicted = predict(run, list(rows["text"]), vectors_cache=vectors_cache, progress=progress).labels
        right = sum(current_label(g) == current_label(p) for g, p in zip(rows["label"], predicted, strict=True))
        run.record_look(DECISION_SPLIT, accuracy=right / len(rows), rows=len(rows))
        with atomic_write(path) as temporary:
            rows[["id"]].assign(gold=rows["label"], predicted=predicted).to_json(
                temporary, orient="records", lines=True
            )
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: PredictedRow(current_label(row["gold"]), current_label(row["predicted"])) for row in lines}
