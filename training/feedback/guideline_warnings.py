"""Confused pairs that people confuse too: the guideline must be sharpened before more is labeled."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.curation.annotations.agreement import LabelPair
from winnow.training.evaluation.confusion_counts import ConfusedPair


def guideline_warnings(pairs: Sequence[ConfusedPair], people: Sequence[LabelPair]) -> list[str]:
    """A line for each confused pair that people confuse too: no data mends what the guideline leaves open."""
    disagreements = {tuple(sorted((one.first, one.second))): one for one in people}
    lines = []
    for pair in pairs:
        one = disagreements.get(pair.labels)
        if one:
            first, second = pair.labels
            lines.append(
                f"people mix {first} and {second} too: {one.disagreements} of {one.disagreements + one.agreements} pairs of answers, "
                f"{one.records} records; sharpen the descriptions before labeling more"
            )
    return lines
