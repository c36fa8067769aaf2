"""Which record of a release each prediction of a file answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curation.records import canonical_text, fold_key
from training.metrics import NO_ANSWER
from training.prediction_file import Given
from validators.faults import Fault


@dataclass(frozen=True)
class Joined:
    """Predictions by the record that they answer."""

    by_id: dict[str, Given]
    repeated: int
    """Rows that say of a record again what another row said."""
    unused: int
    """Rows about nothing that the release holds."""
    faults: list[Fault]


def join(rows: Sequence[Given], records: Sequence[tuple[str, str]], *, file: str) -> Joined:
    """Assign predictions to records, given as id and text. Pure.

    A folded text answers a record that no id and no exact text answers, and may answer several.
    """
    texts: dict[str, list[str]] = {}
    folds: dict[str, list[str]] = {}
    for record, text in records:
        texts.setdefault(text, []).append(record)
        folds.setdefault(fold_key(text), []).append(record)
    ids = {record for record, _ in records}
    exact = [(row, _exactly(row, ids, texts)) for row in rows]
    answered = {record for _, found in exact for record in found}
    loosely = [
        (row, found or [r for r in folds.get(fold_key(row.text), ()) if r not in answered] if row.text else found)
        for row, found in exact
    ]
    by_id: dict[str, Given] = {}
    faults: list[Fault] = []
    repeated = 0
    for row, found in loosely:
        for record in found:
            first = by_id.setdefault(record, row)
            if first is row:
                continue
            repeated += 1
            if (first.label, first.confidence) != (row.label, row.confidence):
                said = f"{row.label or NO_ANSWER!r}, and row {first.row} says {first.label or NO_ANSWER!r} of the same"
                faults.append(Fault(f"{file}, row {row.row}", said, "one prediction a record", "keep one of them"))
    return Joined(by_id, repeated, sum(not found for _, found in loosely), faults)


def _exactly(row: Given, ids: set[str], texts: dict[str, list[str]]) -> list[str]:
    if row.id is not None and row.id in ids:
        return [row.id]
    return texts.get(canonical_text(row.text), []) if row.text else []
