"""Feedback on a run, as it is written to `feedback.json`, which queues and the next feedback read."""

from __future__ import annotations

from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.record import Record

FEEDBACK_FILE = "feedback.json"
"""In the workspace's state, and in the folder of the run that the feedback is about."""

FEEDBACK_FORMAT = 1


class FeedbackPair(Record):
    """Two labels that the model confuses."""

    labels: tuple[str, str]
    """The labels in alphabetical order."""
    validation_errors: int
    """Errors between the two on validation, in either direction."""
    train_errors: int
    """Out-of-fold errors between the two on train rows; a wrong gold label counts as an error here."""
    validation_rows: int
    """Validation rows of either label."""
    train_rows: int
    """Train rows of either label."""
    expected_errors: float
    """Expected number of validation errors; of train errors when there are no validation rows."""


class UnderrepresentedLabel(Record):
    """A label with few train rows and many errors."""

    label: str
    """Name of the label."""
    train_rows: int
    """Train rows of the label."""
    median_rows: float
    """Median train rows of a label."""
    errors: int
    """Rows of the label that are predicted as another label."""
    rows: int
    """Rows that the errors were counted on: train (out-of-fold) and validation together."""


class FeedbackAction(Record):
    """One action, and how many errors it is expected to fix."""

    name: str
    """`label`, `relabel`, `contrasts`, `fixes`, or `plan`: the whole plan."""
    command: str
    """The command that starts it."""
    records: int
    """Records to annotate or to generate."""
    rows: float
    """Rows that it adds to the confused pairs; a corrected label counts twice, because it also removes a wrong row."""
    expected_fixes: float
    """Expected number of fixed errors: errors * (1 - (1 + rows added / rows)^-LEARNING_EXPONENT)."""


class FeedbackFacts(Record):
    """What a run's errors say about its data: labels, counts and train ids, without texts."""

    format: int
    """Version of this file."""
    run: str
    """Id of the run."""
    release: str
    """Name of its release."""
    estimated_by: str
    """How errors on train were estimated."""
    errors: float
    """Expected number of validation errors between the confused pairs."""
    pairs: list[FeedbackPair]
    """The confused pairs, most expected errors first."""
    underrepresented: list[UnderrepresentedLabel]
    """Labels with few train rows and many errors, highest error rate first."""
    suspected_errors: list[str]
    """Ids of train records that may belong to the other label of a confused pair, most valuable first."""
    wrong: int
    """Estimated number of wrong labels among them."""
    actions: list[FeedbackAction]
    """What to do, in this order."""
    guidelines: list[str]
    """Warnings for the data lead about pairs that people confuse too."""


def read_feedback(path: Path) -> FeedbackFacts:
    """The feedback in a file. Raises WinnowError when there is none."""
    try:
        return FeedbackFacts.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        fix = f"run `{command('feedback', 'RUN')}` first"
        raise WinnowError(Problem(str(path), "no readable feedback", "confused pairs of a run", fix)) from None


def write_feedback(feedback: FeedbackFacts, *paths: Path) -> None:
    """Write feedback to every path, replacing what is there."""
    for path in paths:
        with atomic_write(path) as temporary:
            temporary.write_text(feedback.model_dump_json(indent=1) + "\n", encoding="utf-8")
