"""Rows whose answers contradict each other: for a person to decide, never merged."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd


def label_conflicts(table: pd.DataFrame, pairs: NearPairs, *, threshold: float) -> pd.DataFrame:
    """Near train records under different labels, most similar first: for a person to decide, never merged.

    Pairs within a group are declared contrasts and not listed. Columns `left`, `right` (ids) and `similarity` (cosine).
    """
    import pandas as pd

    close = pairs.above(threshold)
    labels, groups = table["label"].to_numpy(), table["group"].to_numpy()
    train = (table["split"] == "train").to_numpy()
    left, right = close.left, close.right
    both = train[left] & train[right] & (labels[left] != labels[right]) & (groups[left] != groups[right])
    ids = table["id"].to_numpy()
    found = pd.DataFrame(
        {
            "left": ids[left[both]],
            "right": ids[right[both]],
            "similarity": close.similarity[both].astype(float),
        }
    )
    return found.sort_values(["similarity", "left", "right"], ascending=[False, True, True], ignore_index=True)


def answer_conflicts(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Selected records with an equal question, or that correct the same record, and different answers, in any split.

    For kinds with a question key. Columns `left`, `right` (ids) and `similarity`, which is 1; sorted by id.
    """
    import pandas as pd

    selected = table[table["split"] != EXCLUDED].sort_values("id")
    answers: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for identity, label, content, supersedes in selected[["id", "label", "content", "supersedes"]].itertuples(
        index=False, name=None
    ):
        answer = label, kind.answer_key(content) if kind.answer_key else ""
        for question in (kind.question_key(content) if kind.question_key else identity, *supersedes):
            answers[question].setdefault(answer, identity)
    pairs = {pair for same in answers.values() for pair in combinations(same.values(), 2)}
    found = pd.DataFrame(sorted(pairs), columns=["left", "right"]).assign(similarity=1.0)
    return found.sort_values(["left", "right"], ignore_index=True)
