"""What cross-validation measures: every fold, how much they differ, and all rows together."""

from __future__ import annotations

from winnow.core.record import Record
from winnow.core.result import Measure, Measured


class FoldFacts(Record):
    """One fold: predicted by a model that was trained on the others."""

    fold: int
    """Number of the fold, from 1."""
    train_rows: int
    """Rows of the other folds."""
    rows: int
    """Rows of this one."""
    accuracy: float
    """Share of its rows that are predicted correctly, 0 to 1."""
    macro_f1: float
    """Mean F1 of the labels with a row in it, 0 to 1."""
    seconds: float
    """Duration of the training, in seconds."""


class FoldSpread(Record):
    """How much a measure differs between folds."""

    mean: float
    """Mean over the folds."""
    deviation: float
    """Standard deviation over the folds."""
    lowest: float
    """In the worst fold."""
    highest: float
    """In the best fold."""


class CrossValidation(Record):
    """A run's method and settings, measured on the train split of its release (`folds.json`)."""

    format: int
    """Version of this form."""
    run: str
    """Id of the run that was trained on all train rows with the same settings."""
    folds: int
    """Number of folds. Groups stay together, and each label is spread evenly."""
    rows: int
    """Train rows, each in one fold."""
    groups: int
    """Groups of near-duplicates and contrasts among them."""
    small_labels: list[str]
    """Labels with fewer groups than folds: some models never saw a row of them, or one fold has none to measure."""
    accuracy: Measured
    """Over all rows, each predicted by a model that did not see its group. Its interval is that of whole groups."""
    macro_f1: Measure
    """Over all rows."""
    accuracy_spread: FoldSpread
    """The accuracy of the folds."""
    macro_f1_spread: FoldSpread
    """The macro-F1 of the folds."""
    per_fold: list[FoldFacts]
    """Every fold."""


class OutOfFoldRow(Record):
    """A train row as it was predicted by a model that did not see its group (a line of `out-of-fold.jsonl`)."""

    id: str
    """Id of the record."""
    fold: int
    """Number of its fold, from 1."""
    label: str
    """Its label in the release."""
    predicted: str
    """The label that was predicted."""
    confidence: float
    """Probability of the predicted label, 0 to 1; not calibrated."""


class MeasuredFold(Record):
    """A fold with its predictions, kept until all folds are measured."""

    facts: FoldFacts
    """What it measures."""
    rows: list[OutOfFoldRow]
    """Its rows."""
