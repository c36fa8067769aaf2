"""The actions that feedback proposes, and how many errors each is expected to fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from winnow.core.commands import command
from winnow.curation.annotations.feedback_facts import FeedbackAction
from winnow.training.evaluation.confusion_counts import ConfusedPair

MAX_RELABEL_SHARE = 0.5
"""Maximum share of the annotations that go to relabel: rare labels also need new rows."""

LEARNING_EXPONENT = 0.5
"""Errors decrease as rows to the power of -LEARNING_EXPONENT (Hestness et al. 2017, "Deep Learning Scaling is
Predictable, Empirically", who find exponents of 0.07 to 0.35 for deep models and 0.5 as the theoretical bound). An
assumption until the next run is measured; docs/decisions/0022-feedback.md has the result on BANKING77."""

RELABEL_PRECISION = 0.5
"""Assumed share of wrong labels among the records in relabel (see the same note)."""


def expected_share_of_fixes(rows: float, added: float) -> float:
    """The share of errors that are expected to disappear when rows are added."""
    return 1 - float((1 + added / max(rows, 1)) ** -LEARNING_EXPONENT)


class AnnotationSplit(NamedTuple):
    """How many annotations each queue gets."""

    label: int
    relabel: int


def split_annotations(annotations: int, wrong: int, suspected: int) -> AnnotationSplit:
    """Split the annotations between label and relabel: relabel gets as many as labels are wrong, at most half.

    On BANKING77, an annotation in relabel fixes more than one in label while about half of the records in relabel are
    wrong, which is the case for about this many records (docs/decisions/0022-feedback.md).
    """
    relabel = min(wrong, suspected, int(MAX_RELABEL_SHARE * annotations))
    return AnnotationSplit(annotations - relabel, relabel)


def plan_actions(
    pairs: Sequence[ConfusedPair], rows: int, annotation_split: AnnotationSplit, plan: Mapping[str, Any], plan_name: str
) -> list[FeedbackAction]:
    """The actions in order. Label comes first: new labels help to find wrong ones. Relabel ranks again when pushed."""
    if not pairs:
        return []
    errors = sum(pair.expected_errors for pair in pairs)
    contrasts = 2 * sum(int(one["count"]) for one in plan["confused"])
    fixes = sum(int(one["missing"]) for one in plan["labels"])

    def action(name: str, fix: str, records: int, added: float) -> FeedbackAction:
        expected_fixes = errors * expected_share_of_fixes(rows, added)
        return FeedbackAction(name=name, command=fix, records=records, rows=added, expected_fixes=expected_fixes)

    label, relabel = annotation_split
    actions = [
        action("label", command("push label", strategy="feedback", count=label), label, label),
        action("relabel", command("push relabel", count=relabel), relabel, 2 * RELABEL_PRECISION * relabel),
        action("contrasts", command("generate contrasts", plan=plan_name), contrasts, contrasts),
        action("fixes", command("generate examples", kind="fixes", plan=plan_name), fixes, fixes),
    ]
    return [one for one in actions if one.records]
