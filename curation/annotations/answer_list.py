"""Responses one by one, for computations whose size grows with responses times classes, whoever gave them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class AnswerList:
    """One entry for each response, sorted by record, then by annotator."""

    records: int
    annotators: int
    classes: int
    record: IntArray
    """Shape (answers,), like the next two."""
    annotator: IntArray
    label: IntArray
    known: IntArray
    """Shape (records,): the right class where it is known, else NO_RESPONSE."""
    groups: IntArray
    """Shape (annotators,): annotators with the same number may copy from each other."""

    @staticmethod
    def of(matrix: ResponseMatrix, known: IntArray | None = None) -> AnswerList:
        """The responses of a matrix, as those of independent annotators."""
        records, annotators = np.nonzero(matrix.codes != NO_RESPONSE)
        none = np.full(len(matrix.records), NO_RESPONSE, dtype=np.int64)
        return AnswerList(
            len(matrix.records),
            len(matrix.annotators),
            len(matrix.labels),
            records,
            annotators,
            matrix.codes[records, annotators],
            none if known is None else known,
            np.arange(len(matrix.annotators)),
        )

    def __len__(self) -> int:
        return len(self.record)

    @cached_property
    def per_record(self) -> IntArray:
        """Responses to each record, shape (records,)."""
        return np.bincount(self.record, minlength=self.records)

    @cached_property
    def measuring(self) -> FloatArray:
        """1 for a response that says something about its annotator, shape (answers,); 0 for the only one to a record.

        The only response says something, too, where the right class is known.
        """
        shared: FloatArray = ((self.per_record > 1) | (self.known != NO_RESPONSE))[self.record].astype(np.float64)
        return shared

    @cached_property
    def first_of_group(self) -> IntArray:
        """The position of the first response to the same record by the same group, shape (answers,)."""
        key = self.record * self.annotators + self.groups[self.annotator]
        order = np.argsort(key, kind="stable")
        begins = np.flatnonzero(np.diff(key[order], prepend=-1))
        first = np.empty(len(self), dtype=np.int64)
        first[order] = np.repeat(order[begins], np.diff(begins, append=len(self)))
        return first

    @cached_property
    def may_be_copied(self) -> NDArray[np.bool_]:
        """Responses that are not the first of their group, shape (answers,)."""
        later: NDArray[np.bool_] = self.first_of_group != np.arange(len(self))
        return later

    @cached_property
    def repeats(self) -> NDArray[np.bool_]:
        """Those of them that equal the first of their group."""
        equal: NDArray[np.bool_] = self.may_be_copied & (self.label == self.label[self.first_of_group])
        return equal

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Labels that an earlier response gave the same record, shape (answers, classes)."""
        found = np.zeros((len(self), self.classes), dtype=bool)
        place = np.arange(len(self)) - (np.cumsum(self.per_record) - self.per_record)[self.record]
        for position in range(1, int(self.per_record.max(initial=0))):
            rows = np.flatnonzero(place == position)
            found[rows] = found[rows - 1]
            found[rows, self.label[rows - 1]] = True
        return found

    @cached_property
    def other_seen(self) -> IntArray:
        """How many labels but the class itself earlier responses gave, shape (answers, classes)."""
        others: IntArray = self.seen.sum(axis=1)[:, None] - self.seen
        return others

    @cached_property
    def habits(self) -> IntArray:
        """The number of the pair of annotator and label, shape (answers,); pairs that occur are numbered from 0."""
        found: IntArray = np.unique(self.annotator * self.classes + self.label, return_inverse=True)[1]
        return found

    @cached_property
    def by_record(self) -> Any:
        """Sums over the responses to each record, as a sparse matrix of shape (records, answers)."""
        return _sums(self.record, self.records)

    @cached_property
    def by_annotator(self) -> Any:
        """Sums over the responses of each annotator."""
        return _sums(self.annotator, self.annotators)

    @cached_property
    def by_label(self) -> Any:
        """Sums over the responses with each label."""
        return _sums(self.label, self.classes)

    @cached_property
    def by_habit(self) -> Any:
        """Sums over the responses of each annotator with each label."""
        return _sums(self.habits, int(self.habits.max(initial=-1)) + 1)


def _sums(group: IntArray, groups: int) -> Any:
    return csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=(groups, len(group)))
