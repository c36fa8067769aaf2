"""What every diagnostic is given about a run, and the issue that it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from winnow.core.result import Measured, NotMeasured
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind


class EpochLosses(NamedTuple):
    """Cross-entropy at the end of one epoch, in nats."""

    train: float
    validation: float


@dataclass(frozen=True)
class RunContext:
    """What diagnostics need to know about a run besides its evaluation on validation."""

    run: str
    release: str
    method: str
    train_accuracy: Measured | NotMeasured
    """Accuracy on train rows: how well the model fits the data that it was trained on."""
    losses: EpochLosses | NotMeasured
    """Losses at the best epoch."""
    train_rows: Mapping[tuple[str, str], int]
    """Number of train rows by slice, given as (kind, value); `label` is one of the kinds."""
    train_size: int
    per_label: int
    """The task's target number of labeled records per label."""
    more_data_command: str
    """The command that adds train rows: labeling where unlabeled queries exist, else generation."""
    label_accuracy: LabelAccuracyFacts | NotMeasured
    """Label accuracy measured in the audit, from the manifest."""
    kind: Kind = INTENTS


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong."""

    rows: float
    """Estimated number of validation rows that it affects."""
    evidence: str
    cause: str
    command: str


Issues = list[Issue] | NotMeasured
"""The issues that a diagnostic found (possibly none), or why it could not be measured."""


def measured_accuracy(measures: EvaluationFacts) -> Measured:
    """The accuracy in an evaluation, with its interval."""
    low, high = measures.intervals["accuracy"]
    return Measured(measures.accuracy, low, high, measures.rows)


def percentage_points(share: float) -> str:
    """A difference between two shares, as text."""
    return f"{100 * share:.1f} points"
