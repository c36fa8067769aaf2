"""Responses of several annotators as one matrix, which consensus and agreement start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RESPONSE_COLUMNS = ("record", "who", "label")


NO_RESPONSE = -1
"""Stands in the matrix where somebody did not answer."""


@dataclass(frozen=True)
class ResponseMatrix:
    """Who said what. Records, people and labels are sorted, so that the order of the table changes nothing."""

    records: list[str]
    annotators: list[str]
    labels: list[str]
    response: NDArray[np.int64]
    """Shape (records, people): a position in `labels`, or NOTHING."""

    @property
    def per_record(self) -> NDArray[np.int64]:
        """Answers of each record, shape (records,)."""
        count: NDArray[np.int64] = (self.response != NO_RESPONSE).sum(axis=1)
        return count

    def counts(self) -> NDArray[np.int64]:
        """How many gave each record each label, shape (records, labels)."""
        found = np.zeros((len(self.records), len(self.labels)), dtype=np.int64)
        rows, annotators = np.nonzero(self.response != NO_RESPONSE)
        np.add.at(found, (rows, self.response[rows, annotators]), 1)
        return found


def response_matrix(table: pd.DataFrame) -> ResponseMatrix:
    """The matrix of a table with one row an answer: `record`, `who`, `label`, all text.

    Each person's latest answer to a record is given, abstentions are left out; what rejects a record may be a label of
    its own. Raises ValueError for a column that is missing, an empty cell, or two answers of one person to one record.
    """
    missing = [column for column in RESPONSE_COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(f"answers have no column {', '.join(missing)}")
    own = table[list(RESPONSE_COLUMNS)]
    if own.isna().to_numpy().any():
        raise ValueError("an answer without record, person or label")
    twice = own[own.duplicated(["record", "who"])]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(f"{first['who']} has two answers to record {first['record']}: give the latest alone")
    (rows, records), (columns, annotators), (cells, labels) = (
        pd.factorize(own[column].astype(str), sort=True) for column in RESPONSE_COLUMNS
    )
    response = np.full((len(records), len(annotators)), NO_RESPONSE, dtype=np.int64)
    response[rows, columns] = cells
    return ResponseMatrix(list(records), list(annotators), list(labels), response)
