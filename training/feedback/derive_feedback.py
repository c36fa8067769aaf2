"""Derive feedback from a run: confused pairs, underrepresented labels, suspected label errors, actions, plan."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.annotations.agreement import LabelPair
from winnow.curation.annotations.confused_pairs import ConfusedPairs, label_errors_between
from winnow.curation.annotations.feedback_facts import (
    FEEDBACK_FORMAT,
    FeedbackAction,
    FeedbackFacts,
    FeedbackPair,
    UnderrepresentedLabel,
)
from winnow.curation.annotations.out_of_fold import (
    FAST_FIT_TOLERANCE,
    FOLDS,
    assign_folds,
    out_of_fold_probabilities,
)
from winnow.curation.engine.vectors import Vectors
from winnow.training.evaluation.confusion_counts import (
    ConfusedPair,
    ConfusionCounts,
    count_confusions,
    rank_confused_pairs,
)
from winnow.training.feedback.actions import plan_actions, split_annotations
from winnow.training.feedback.generation_plan import generation_plan
from winnow.training.feedback.guideline_warnings import guideline_warnings

if TYPE_CHECKING:
    import pandas as pd


MAX_PAIRS = 20
"""Maximum number of confused pairs that are worked on at once."""

UNDERREPRESENTED_SHARE = 0.5
"""A label is underrepresented when it has fewer train rows than this share of the median, and an above-average error
rate."""


@dataclass(frozen=True)
class Feedback:
    """What a run's errors say about its data."""

    run: str
    release: str
    annotations: int
    """Number of annotations that the actions share."""
    pairs: list[ConfusedPair]
    underrepresented: list[UnderrepresentedLabel]
    suspected_errors: list[str]
    """Ids of train records that may belong to the other label of a confused pair, most valuable first."""
    wrong: int
    """Estimated number of wrong labels among them."""
    actions: list[FeedbackAction]
    guidelines: list[str]
    """Warnings for the data lead about pairs that people confuse too."""
    plan: dict[str, Any]
    """The generation plan."""

    @property
    def errors(self) -> float:
        """Expected number of validation errors between the confused pairs."""
        return sum(pair.expected_errors for pair in self.pairs)

    def facts(self) -> FeedbackFacts:
        """Labels, counts and train ids, without texts: read by the queues and by the next feedback."""
        return FeedbackFacts(
            format=FEEDBACK_FORMAT,
            run=self.run,
            release=self.release,
            estimated_by="linear probe, out-of-fold",
            errors=self.errors,
            pairs=[FeedbackPair(**vars(pair), expected_errors=pair.expected_errors) for pair in self.pairs],
            underrepresented=self.underrepresented,
            suspected_errors=self.suspected_errors,
            wrong=self.wrong,
            actions=self.actions,
            guidelines=self.guidelines,
        )


def derive_feedback(
    train: pd.DataFrame,
    vectors: Vectors,
    validation: ConfusionCounts,
    *,
    run: str,
    release: str,
    people: Sequence[LabelPair],
    annotations: int,
    plan_name: str,
) -> Feedback:
    """Derive feedback from train rows (release columns), their (n, d) vectors, and validation counts.

    `people` are label pairs that annotators confuse, `annotations` the number available, `plan_name` the path of the
    plan in recommended commands. Raises WinnowError when train is too small for out-of-fold predictions.
    """
    labels, groups = ([str(v) for v in train[name]] for name in ("label", "group"))
    if len(set(labels)) < 2 or len(set(groups)) < FOLDS:
        found = f"{counted(len(set(labels)), 'label')} in {counted(len(set(groups)), 'group')}"
        raise WinnowError(Problem(f"train of {release}", found, f"at least 2 labels and {FOLDS} groups", "label more"))
    values, classes = out_of_fold_probabilities(
        vectors, labels, [assign_folds(labels, groups, 0)], tolerance=FAST_FIT_TOLERANCE
    )
    predicted = [classes[best] for best in values.argmax(axis=1)]
    out_of_fold_counts = count_confusions(labels, predicted)
    pairs = rank_confused_pairs(validation, out_of_fold_counts, limit=MAX_PAIRS)
    suspected = label_errors_between(
        vectors, labels, groups, ConfusedPairs(run, {pair.labels: pair.expected_errors for pair in pairs})
    )
    underrepresented = _underrepresented_labels(validation, out_of_fold_counts)
    paired_labels = {label for pair in pairs for label in pair.labels}
    annotation_split = split_annotations(annotations, suspected.wrong, len(suspected.ranked))
    misclassified = _misclassified_examples(train, predicted, {one.position for one in suspected.ranked})
    warnings = guideline_warnings(pairs, people)
    plan = generation_plan(run, pairs, underrepresented, train, predicted, misclassified) | {"guidelines": warnings}
    return Feedback(
        run=run,
        release=release,
        annotations=annotations,
        pairs=pairs,
        underrepresented=underrepresented,
        suspected_errors=[str(train["id"].iloc[one.position]) for one in suspected.ranked],
        wrong=suspected.wrong,
        actions=plan_actions(
            pairs,
            sum(out_of_fold_counts.rows.get(label, 0) for label in paired_labels),
            annotation_split,
            plan,
            plan_name,
        ),
        guidelines=warnings,
        plan=plan,
    )


def _misclassified_examples(
    train: pd.DataFrame, predicted: Sequence[str], suspected: Set[int]
) -> dict[str, list[dict[str, str]]]:
    """Misclassified train rows by label, without suspected label errors: these would be wrong examples of the label."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row, (text, label, predicted_label) in enumerate(zip(train["text"], train["label"], predicted, strict=True)):
        if label != predicted_label and row not in suspected:
            found[str(label)].append({"text": str(text), "predicted": predicted_label})
    return dict(found)


def _underrepresented_labels(validation: ConfusionCounts, train: ConfusionCounts) -> list[UnderrepresentedLabel]:
    median_rows = statistics.median(train.rows.values())
    seen = {label: validation.rows.get(label, 0) + rows for label, rows in train.rows.items()}
    wrong = {label: validation.errors_with_gold(label) + train.errors_with_gold(label) for label in seen}
    mean = sum(wrong.values()) / sum(seen.values())
    found = [
        UnderrepresentedLabel(
            label=label, train_rows=rows, median_rows=median_rows, errors=wrong[label], rows=seen[label]
        )
        for label, rows in train.rows.items()
        if rows < UNDERREPRESENTED_SHARE * median_rows and wrong[label] / seen[label] > mean
    ]
    return sorted(found, key=lambda one: (-one.errors / one.rows, one.label))
