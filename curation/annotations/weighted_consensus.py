"""The class probabilities of records by how each annotator answers, with the answers to gold records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from winnow.curation.annotations.answer_list import AnswerList, FloatArray, IntArray
from winnow.curation.annotations.copied_answers import fit_with_copies
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix, response_matrix

UNDECIDABLE = 0.5
"""The highest confidence of a record that a group of copying annotators and too few others answer differently."""

KNOWN_COLUMNS = ("record", "who", "label", "right")


@dataclass(frozen=True)
class KnownAnswers:
    """Answers to gold records: they measure their annotators, and decide nothing."""

    table: pd.DataFrame
    """`record`, `who`, `label`, and `right`, the label that is known to be right."""

    @staticmethod
    def none() -> KnownAnswers:
        """No answers."""
        return KnownAnswers(pd.DataFrame(columns=list(KNOWN_COLUMNS)))

    @property
    def records(self) -> int:
        """Gold records with an answer."""
        return int(self.table["record"].nunique())


@dataclass(frozen=True)
class WeightedConsensus:
    """What the responses say about each record."""

    probable: FloatArray
    """How probable each label is, shape (records, labels) of the matrix; rows sum to one at most, since another label
    may be right."""
    breaks_ties: FloatArray | None
    """Where nothing tells the annotators apart, so that the majority decides: the probabilities that break its ties."""
    copying: tuple[tuple[str, ...], ...]
    """Annotators who seem to copy from each other."""


def weighted_consensus(matrix: ResponseMatrix, known: KnownAnswers) -> WeightedConsensus:
    """The class probabilities of the records of a matrix, which has two labels or more."""
    both, gold = _with_known(matrix, known)
    found = fit_with_copies(AnswerList.of(both, gold))
    probable = found.fitted.probable
    rows = found.undecidable()
    probable[rows] = np.minimum(probable[rows], UNDECIDABLE)
    names = tuple(tuple(both.annotators[at] for at in group) for group in found.groups)
    own = np.searchsorted(both.labels, matrix.labels)
    ties = found.fitted.breaks_ties
    size = len(matrix.records)
    return WeightedConsensus(probable[:size][:, own], None if ties is None else ties[:size][:, own], names)


class _MatrixWithKnown(NamedTuple):
    matrix: ResponseMatrix
    known: IntArray
    """The right class of each record, NO_RESPONSE where it is not known."""


def _with_known(matrix: ResponseMatrix, known: KnownAnswers) -> _MatrixWithKnown:
    """The matrix with gold records after its own, and the right class of each."""
    table = known.table
    gold = response_matrix(table)
    right = dict(zip(table["record"].astype(str), table["right"].astype(str), strict=True))
    labels = sorted({*matrix.labels, *gold.labels, *right.values()})
    annotators = sorted({*matrix.annotators, *gold.annotators})
    codes = np.full((len(matrix.records) + len(gold.records), len(annotators)), NO_RESPONSE, dtype=np.int64)
    for part, start in ((matrix, 0), (gold, len(matrix.records))):
        place = np.append(np.searchsorted(labels, part.labels).astype(np.int64), NO_RESPONSE)  # -1 is the last position
        rows = slice(start, start + len(part.records))
        codes[rows, np.searchsorted(annotators, part.annotators)] = place[part.codes]
    classes = [NO_RESPONSE] * len(matrix.records) + [labels.index(right[record]) for record in gold.records]
    every = ResponseMatrix([*matrix.records, *gold.records], annotators, labels, codes)
    return _MatrixWithKnown(every, np.array(classes, dtype=np.int64))
