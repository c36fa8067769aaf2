"""Compare what a written package answers with the run that it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.errors import GateError, Problem
from winnow.core.progress import Progress
from winnow.core.vocabulary import Split
from winnow.training.methods import predict
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents
from winnow.training.packaging.classifiers.router_file import Int8Check, PackageCheck
from winnow.training.predictions import Predictions
from winnow.training.routing.answer_rule import AnswerRule

TOLERANCE = 1e-4
"""Largest difference of a calibrated probability between a package and its run in 32 bits."""

ROWS_WITHOUT_VALIDATION = 1000
"""Train rows that are compared where the release has no validation rows."""

SHOWN_ROWS = 5
"""Different rows that a message lists."""

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class ComparedRows:
    """Rows of the release, and what the run computes for them."""

    split: str
    ids: Sequence[str]
    texts: Sequence[str]
    exact: Probabilities
    """Calibrated, in 32 bits, shape (rows, labels), in the order of the release."""
    here: Probabilities
    """The same as Winnow computes it on this machine."""


def compared_rows(contents: ClassifierContents, *, progress: Progress | None = None) -> ComparedRows:
    """Every validation row, or some of train without them, with the run's calibrated probabilities."""
    split = Split.VALIDATION if contents.release.counts[Split.VALIDATION] else Split.TRAIN
    rows = contents.release.rows(split)
    if split == Split.TRAIN:
        rows = rows.head(ROWS_WITHOUT_VALIDATION)
    texts = list(rows["text"])
    here = predict(contents.run, texts, vectors_cache=contents.vectors_cache, progress=progress)
    exact = here if contents.source.exact_here else contents.source.exact(texts)
    both = (_by_label(contents.rule.calibrated(one), contents.labels) for one in (exact, here))
    return ComparedRows(split, list(rows["id"]), texts, *both)


def check_package(contents: ClassifierContents, rows: ComparedRows, packed: Probabilities) -> PackageCheck:
    """How the probabilities of a package compare with the run.

    Raises GateError with rows whose label or probabilities are not those of the run in 32 bits.
    """
    differences = np.abs(packed - rows.exact).max(axis=1)
    other_label = packed.argmax(axis=1) != rows.exact.argmax(axis=1)
    wrong = np.flatnonzero(other_label | ~(differences <= TOLERANCE))
    if len(wrong):
        raise GateError([_different_row(contents, rows, packed, int(row)) for row in wrong[:SHOWN_ROWS]])
    return PackageCheck(
        split=rows.split,
        rows=len(rows.texts),
        labels_different=0,
        decisions_different=int(changed_decisions(contents.rule, packed, rows.exact).sum()),
        max_difference=float(differences.max()),
        computed_here=contents.source.computed_here,
        here_labels_different=int((packed.argmax(axis=1) != rows.here.argmax(axis=1)).sum()),
        here_decisions_different=int(changed_decisions(contents.rule, packed, rows.here).sum()),
        here_max_difference=float(np.abs(packed - rows.here).max()),
    )


def check_int8(
    rule: AnswerRule, packed: Probabilities, *, alone: Probabilities, together: Probabilities, file: str
) -> Int8Check:
    """How many answers change with weights in int8, for texts one at a time or in batches.

    Activations are quantized by the range of the whole batch, so that a text is not computed alike in both.
    """
    changed = changed_decisions(rule, packed, alone) | changed_decisions(rule, packed, together)
    return Int8Check(
        file=file,
        rows=len(packed),
        decisions_changed=int(changed.sum()),
        max_difference=float(max(np.abs(packed - alone).max(), np.abs(packed - together).max())),
    )


def changed_decisions(rule: AnswerRule, one: Probabilities, other: Probabilities) -> NDArray[np.bool_]:
    """Which rows have another answer after the threshold, shape (rows,)."""
    changed: NDArray[np.bool_] = _decisions(rule, one) != _decisions(rule, other)
    return changed


def _decisions(rule: AnswerRule, probabilities: Probabilities) -> NDArray[np.int64]:
    """The column of each answer; -1 for the fallback."""
    answered = rule.answered(probabilities.max(axis=1))
    decided: NDArray[np.int64] = np.where(answered, probabilities.argmax(axis=1), -1)
    return decided


def _by_label(predictions: Predictions, labels: Sequence[str]) -> Probabilities:
    """Probabilities in the order of the release; 0 for a label without a train row."""
    column = {label: place for place, label in enumerate(labels)}
    found = np.zeros((len(predictions.probabilities), len(labels)))
    found[:, [column[name] for name in predictions.classes]] = predictions.probabilities
    return found


def _different_row(contents: ClassifierContents, rows: ComparedRows, packed: Probabilities, row: int) -> Problem:
    expected, found = (
        f"{contents.labels[int(one[row].argmax())]} ({one[row].max():.6f})" for one in (rows.exact, packed)
    )
    fix = "serve this run with Winnow, and report the encoder: its architecture is not exported faithfully"
    return Problem(
        f"{rows.split} record {rows.ids[row]}", f"the package answers {found}", f"as the run: {expected}", fix
    )
