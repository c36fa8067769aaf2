"""Which records several people have answered and their consensus still leaves open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from curation.consensus import ClassProbabilities, Consensus, RecordConsensus, consensus

if TYPE_CHECKING:
    import pandas as pd


def joint(answers: pd.DataFrame, model: Callable[[], ClassProbabilities | None]) -> list[Consensus]:
    """The consensus of all records with two or more answers: those that a model may look at, and the others apart.

    `model` is asked, which takes a while, only where there are such records.
    """
    several = answers[answers.groupby("record")["who"].transform("count") > 1]
    if several.empty:
        return []
    probabilities = model()
    seen = set(probabilities.records) if probabilities else set()
    with_model = several["record"].isin(seen)
    found = []
    if with_model.any():
        found.append(consensus(several[with_model], probabilities=probabilities))
    if (~with_model).any():
        found.append(consensus(several[~with_model]))
    return found


def doubtful(found: list[Consensus]) -> dict[str, RecordConsensus]:
    """Records for an adjudicator: ties, and a confidence that is too low."""
    return {one.record: one for part in found for one in part.records if one.to_adjudicate}
