"""Match predictions to the records of a release: by id, by text, by folded text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.errors import Problem
from winnow.core.example import canonical_text, fold_key
from winnow.training.evaluation.metrics import NO_ANSWER
from winnow.training.imported_runs.prediction_file import ImportedPrediction


@dataclass(frozen=True)
class MatchedPredictions:
    """Predictions by record id."""

    by_id: dict[str, ImportedPrediction]
    repeated: int
    """Rows that repeat another row's prediction for the same record."""
    unmatched: int
    """Rows that match no record of the release."""
    problems: list[Problem]


def match_records(
    rows: Sequence[ImportedPrediction], records: Sequence[tuple[str, str]], *, file: str
) -> MatchedPredictions:
    """Match predictions to records, given as (id, text). Pure.

    A folded text only matches records without a match by id or exact text, and may match several.
    """
    texts: dict[str, list[str]] = {}
    folds: dict[str, list[str]] = {}
    for record, text in records:
        texts.setdefault(text, []).append(record)
        folds.setdefault(fold_key(text), []).append(record)
    ids = {record for record, _ in records}
    exact = [(row, _exact_matches(row, ids, texts)) for row in rows]
    answered = {record for _, found in exact for record in found}
    with_folded = [
        (row, found or [r for r in folds.get(fold_key(row.text), ()) if r not in answered] if row.text else found)
        for row, found in exact
    ]
    by_id: dict[str, ImportedPrediction] = {}
    problems: list[Problem] = []
    repeated = 0
    for row, found in with_folded:
        for record in found:
            first = by_id.setdefault(record, row)
            if first is row:
                continue
            repeated += 1
            if (first.label, first.confidence) != (row.label, row.confidence):
                found_labels = f"{row.label or NO_ANSWER!r} and, in row {first.row}, {first.label or NO_ANSWER!r}"
                conflict = f"two predictions for one record: {found_labels}"
                problems.append(
                    Problem(f"{file}, row {row.row}", conflict, "one prediction per record", "keep one of them")
                )
    return MatchedPredictions(by_id, repeated, sum(not found for _, found in with_folded), problems)


def _exact_matches(row: ImportedPrediction, ids: set[str], texts: dict[str, list[str]]) -> list[str]:
    if row.id is not None and row.id in ids:
        return [row.id]
    return texts.get(canonical_text(row.text), []) if row.text else []
