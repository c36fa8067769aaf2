"""Impact: which errors a round of feedback fixed, on exactly the confused pairs that it targeted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.record import Record
from winnow.core.result import Difference, NotMeasured
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.significance import mcnemar

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.annotations.feedback_facts import FeedbackFacts


NO_ROW = "no common validation rows have a label of these pairs"


class PairErrors(Record):
    """Errors within confused pairs: the gold label is one of the two, the predicted label the other."""

    errors_before: int
    """Errors of the earlier run."""
    errors_after: int
    """Errors of the later run."""
    fixed: int
    """Errors that only the earlier run makes."""
    introduced: int
    """Errors that only the later run makes."""
    p_value: float
    """p-value of McNemar's exact test."""


class ErrorsOfPair(PairErrors):
    """Errors within one confused pair."""

    labels: tuple[str, str]
    """The two labels."""


class AccuracyChange(Record):
    """The accuracy of both runs on the same rows."""

    rows: int
    """Number of rows."""
    accuracy_before: float
    """Accuracy of the earlier run, 0 to 1."""
    accuracy_after: float
    """Accuracy of the later run, 0 to 1."""
    accuracy: Difference
    """Later minus earlier, with its 95 % interval."""
    p_value: float
    """p-value of McNemar's exact test."""


class FeedbackImpact(Record):
    """What a run fixes compared with the earlier run that the feedback was about."""

    before: str
    """Id of the earlier run."""
    after: str
    """Id of the later run."""
    expected_fixes: dict[str, float]
    """Number of errors that each action was expected to fix."""
    cells: PairErrors
    """Errors within all confused pairs."""
    labels_of_the_pairs: AccuracyChange | NotMeasured
    """Accuracy on validation rows whose gold label is in a confused pair."""
    other_labels: AccuracyChange | NotMeasured
    """Accuracy on all other validation rows."""
    pairs: list[ErrorsOfPair]
    """Errors within each confused pair."""


def measure_impact(feedback: FeedbackFacts, rows: pd.DataFrame, after: str) -> FeedbackImpact:
    """What the run `after` fixes compared with the run of the feedback.

    `rows` are the common validation rows, with `gold` and a column of predictions for each run, named by its id.
    """
    before = feedback.run
    pairs = [pair.labels for pair in feedback.pairs]
    inside = rows[rows["gold"].isin({label for pair in pairs for label in pair})]
    outside = rows[~rows.index.isin(inside.index)]
    return FeedbackImpact(
        before=before,
        after=after,
        expected_fixes={action.name: action.expected_fixes for action in feedback.actions},
        cells=_errors_within_pairs(rows, pairs, before, after),
        labels_of_the_pairs=_accuracy_change(inside, before, after),
        other_labels=_accuracy_change(outside, before, after),
        pairs=[ErrorsOfPair(labels=pair, **dict(_errors_within_pairs(rows, [pair], before, after))) for pair in pairs],
    )


def _errors_within_pairs(rows: pd.DataFrame, pairs: Sequence[tuple[str, str]], before: str, after: str) -> PairErrors:
    """Errors within pairs before and after, and how many of them were fixed and introduced."""
    cells = {cell for pair in pairs for cell in (pair, pair[::-1])}
    errors_before, errors_after = (
        [cell in cells for cell in zip(rows["gold"], rows[run], strict=True)] for run in (before, after)
    )
    fixed = sum(old and not new for old, new in zip(errors_before, errors_after, strict=True))
    introduced = sum(new and not old for old, new in zip(errors_before, errors_after, strict=True))
    return PairErrors(
        errors_before=sum(errors_before),
        errors_after=sum(errors_after),
        fixed=fixed,
        introduced=introduced,
        p_value=mcnemar(fixed, introduced),
    )


def _accuracy_change(rows: pd.DataFrame, before: str, after: str) -> AccuracyChange | NotMeasured:
    if rows.empty:
        return NotMeasured(NO_ROW)
    correct_before, correct_after = (rows[run] == rows["gold"] for run in (before, after))
    gained, lost = int((correct_after & ~correct_before).sum()), int((correct_before & ~correct_after).sum())
    return AccuracyChange(
        rows=len(rows),
        accuracy_before=float(correct_before.mean()),
        accuracy_after=float(correct_after.mean()),
        accuracy=paired_difference(gained, lost, len(rows)),
        p_value=mcnemar(gained, lost),
    )
