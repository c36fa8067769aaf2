"""Answers of several people as one matrix, which consensus and agreement start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("record", "who", "label")
NOTHING = -1
"""Stands in the matrix where somebody did not answer."""


@dataclass(frozen=True)
class Answers:
    """Who said what. Records, people and labels are sorted, so that the order of the table changes nothing."""

    records: list[str]
    people: list[str]
    labels: list[str]
    said: NDArray[np.int64]
    """Shape (records, people): a position in `labels`, or NOTHING."""

    @property
    def per_record(self) -> NDArray[np.int64]:
        """Answers of each record, shape (records,)."""
        count: NDArray[np.int64] = (self.said != NOTHING).sum(axis=1)
        return count

    def counts(self) -> NDArray[np.int64]:
        """How many gave each record each label, shape (records, labels)."""
        found = np.zeros((len(self.records), len(self.labels)), dtype=np.int64)
        rows, people = np.nonzero(self.said != NOTHING)
        np.add.at(found, (rows, self.said[rows, people]), 1)
        return found


def matrix(table: pd.DataFrame) -> Answers:
    """The matrix of a table with one row an answer: `record`, `who`, `label`, all text.

    Each person's latest answer to a record is given, abstentions are left out; what rejects a record may be a label of
    its own. Raises ValueError for a column that is missing, an empty cell, or two answers of one person to one record.
    """
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(f"answers have no column {', '.join(missing)}")
    own = table[list(COLUMNS)]
    if own.isna().to_numpy().any():
        raise ValueError("an answer without record, person or label")
    twice = own[own.duplicated(["record", "who"])]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(f"{first['who']} has two answers to record {first['record']}: give the latest alone")
    (rows, records), (columns, people), (cells, labels) = (
        pd.factorize(own[column].astype(str), sort=True) for column in COLUMNS
    )
    said = np.full((len(records), len(people)), NOTHING, dtype=np.int64)
    said[rows, columns] = cells
    return Answers(list(records), list(people), list(labels), said)
