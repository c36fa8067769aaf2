"""Warn about confused pairs that people confuse too: clarify the guideline before labeling more."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.counted import counted
from winnow.curation.annotations.agreement import LabelPair
from winnow.curation.annotations.feedback_facts import FeedbackPair
from winnow.training.evaluation.confusion_counts import ConfusedPair


def guideline_warnings(pairs: Sequence[ConfusedPair | FeedbackPair], people: Sequence[LabelPair]) -> list[str]:
    """A warning for each confused pair that people confuse too: more data cannot fix an ambiguous guideline."""
    disagreements = {tuple(sorted((one.first, one.second))): one for one in people}
    lines = []
    for pair in pairs:
        one = disagreements.get(pair.labels)
        if one:
            first, second = pair.labels
            lines.append(
                f"annotators confuse {first} and {second} too: they disagree in {one.disagreements} of "
                f"{counted(one.disagreements + one.agreements, 'pair')} of annotations on "
                f"{counted(one.records, 'record')}; clarify the "
                "descriptions before labeling more"
            )
    return lines
