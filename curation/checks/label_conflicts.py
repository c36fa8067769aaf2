"""Near train rows under different labels: for a person to decide, never merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.engine.exact_search import NearPairs

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
