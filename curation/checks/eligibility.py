"""Which rows may be exported before anything is compared, and how a row is excluded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.vocabulary import ExclusionReason, Origin, Split, State

if TYPE_CHECKING:
    import pandas as pd


EXCLUDED = "excluded"
"""The value of `split` for a row that is not exported."""


def eligible_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The working table with `split` and `reason`: what may be exported before anything is compared.

    A record without a valid label is excluded, and so is a synthetic record in a hold-out split.
    """
    split: list[str] = []
    reason: list[str] = []
    for state, assigned_split, origin in zip(table["state"], table["assigned_split"], table["origin"], strict=True):
        if state != State.LABELED:
            split.append(EXCLUDED)
            reason.append(state)
        elif assigned_split != Split.TRAIN and origin == Origin.SYNTHETIC:
            split.append(EXCLUDED)
            reason.append(ExclusionReason.SYNTHETIC_IN_HOLD_OUT.value)
        else:
            split.append(assigned_split)
            reason.append("")
    columns = {"split": split, "reason": reason, "kept_id": [""] * len(table)}
    return table.assign(**{k: np.array(v, dtype=object) for k, v in columns.items()}, similarity=np.nan)


def exclude(table: pd.DataFrame, exclusions: Mapping[int, tuple[str, float]], reason: ExclusionReason) -> pd.DataFrame:
    """The table with rows excluded; `exclusions` maps a position to the id of the row it repeats and the similarity."""
    columns = {name: table[name].to_numpy(copy=True) for name in ("split", "reason", "kept_id", "similarity")}
    for row, (kept_id, similarity) in exclusions.items():
        columns["split"][row], columns["reason"][row] = EXCLUDED, reason.value
        columns["kept_id"][row], columns["similarity"][row] = kept_id, similarity
    return table.assign(**columns)
