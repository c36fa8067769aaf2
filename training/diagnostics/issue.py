"""What every diagnostic is given about a run, and the issue that it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winnow.core.result import Estimate, NotMeasured, is_measured

OLD_EVALUATION = "the stored evaluation lacks it: winnow evaluate {run}"


@dataclass(frozen=True)
class RunContext:
    """What is known of a run beside its evaluation on validation."""

    run: str
    release: str
    method: str
    train_accuracy: Estimate | NotMeasured
    """On train rows: what the model can repeat."""
    losses: tuple[float, float] | NotMeasured
    """Cross-entropy on train and on validation in the epoch that was kept, in nats."""
    train_rows: Mapping[tuple[str, str], int]
    """Train rows by slice, `label` among the kinds."""
    train_size: int
    per_label: int
    """The task's target for the labeled records of a label."""
    more_data_command: str
    """The command that brings more train rows of what there is: from unlabeled queries, else written."""
    label_accuracy: Mapping[str, Any] | NotMeasured
    """The manifest's: of audited labels, how many were right."""


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong."""

    rows: float
    """Hold-out rows that it concerns, as far as they can be counted."""
    evidence: str
    cause: str
    command: str


Issues = list[Issue] | NotMeasured
"""What was found: nothing is an empty list."""


def measured_accuracy(measures: Mapping[str, Any]) -> Estimate:
    """The accuracy of an evaluation with its interval."""
    low, high = measures["intervals"]["accuracy"]
    return Estimate(measures["accuracy"], low, high, measures["rows"])


def measured_part(measures: Mapping[str, Any], name: str, context: RunContext) -> Mapping[str, Any] | NotMeasured:
    """One part of the measures, or why it is not there."""
    measured = measures.get(name)
    if measured is None:
        return NotMeasured(OLD_EVALUATION.format(run=context.run))
    return dict(measured) if is_measured(measured) else NotMeasured(measured["why"])


def percentage_points(share: float) -> str:
    """A difference of shares in words."""
    return f"{100 * share:.1f} points"
