"""Responses of several annotators as one matrix, which consensus and agreement start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RESPONSE_COLUMNS = ("record", "who", "label")

NO_RESPONSE = -1
"""The code of an annotator who did not label a record."""


@dataclass(frozen=True)
class ResponseMatrix:
    """Who gave which label. Records, annotators and labels are sorted, so the order of the table changes nothing."""

    records: list[str]
    annotators: list[str]
    labels: list[str]
    codes: NDArray[np.int64]
    """Shape (records, annotators): a position in `labels`, or NO_RESPONSE."""

    @property
    def per_record(self) -> NDArray[np.int64]:
        """Responses to each record, shape (records,)."""
        count: NDArray[np.int64] = (self.codes != NO_RESPONSE).sum(axis=1)
        return count

    def counts(self) -> NDArray[np.int64]:
        """How many annotators gave each record each label, shape (records, labels)."""
        found = np.zeros((len(self.records), len(self.labels)), dtype=np.int64)
        rows, annotators = np.nonzero(self.codes != NO_RESPONSE)
        np.add.at(found, (rows, self.codes[rows, annotators]), 1)
        return found


def response_matrix(table: pd.DataFrame) -> ResponseMatrix:
    """The matrix of a table with one row for each response: `record`, `who`, `label`, all text.

    The table holds responses in the order in which they were given, without abstentions; a rejection may be a label of
    its own. Of several responses of one annotator to one record, the last counts. Raises ValueError for a missing
    column or an empty cell.
    """
    missing = [column for column in RESPONSE_COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(f"responses have no column {', '.join(missing)}")
    own = table[list(RESPONSE_COLUMNS)]
    if own.isna().to_numpy().any():
        raise ValueError("a response without record, annotator or label")
    own = own.drop_duplicates(["record", "who"], keep="last")
    (rows, records), (columns, annotators), (cells, labels) = (
        pd.factorize(own[column].astype(str), sort=True) for column in RESPONSE_COLUMNS
    )
    codes = np.full((len(records), len(annotators)), NO_RESPONSE, dtype=np.int64)
    codes[rows, columns] = cells
    return ResponseMatrix(list(records), list(annotators), list(labels), codes)
