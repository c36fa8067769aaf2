"""Which rows may be exported before anything is compared, and how a row is excluded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from winnow.config.task import Task
from winnow.core.vocabulary import ExclusionReason, Origin, Split, State
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import nothing_held_out

if TYPE_CHECKING:
    import pandas as pd


EXCLUDED = "excluded"
"""The value of `split` for a row that is not exported."""


def held_out_records(table: pd.DataFrame, task: Task) -> frozenset[str]:
    """The ids of the records that the task keeps out of train and validation, whatever their split is."""
    kind = kind_of(task)
    if kind.is_held_out is nothing_held_out:
        return frozenset()
    contents = zip(table["id"], table["content"], strict=True)
    return frozenset(record for record, content in contents if kind.is_held_out(content, task))


def eligible_rows(table: pd.DataFrame, held_out: Collection[str] = frozenset()) -> pd.DataFrame:
    """The working table with `split` and `reason`: what may be exported before anything is compared.

    A record without a valid label is excluded, and so is a synthetic record in a hold-out split, and one of `held_out`
    (ids of records) in train or validation.
    """
    split: list[str] = []
    reason: list[str] = []
    columns = (table[name] for name in ("id", "state", "assigned_split", "origin"))
    for record, state, assigned_split, origin in zip(*columns, strict=True):
        if state != State.LABELED:
            split.append(EXCLUDED)
            reason.append(state)
        elif assigned_split != Split.TRAIN and origin == Origin.SYNTHETIC:
            split.append(EXCLUDED)
            reason.append(ExclusionReason.SYNTHETIC_IN_HOLD_OUT.value)
        elif assigned_split != Split.TEST and record in held_out:
            split.append(EXCLUDED)
            reason.append(ExclusionReason.HELD_OUT_TOOL.value)
        else:
            split.append(assigned_split)
            reason.append("")
    added = {"split": split, "reason": reason, "kept_id": [""] * len(table)}
    return table.assign(**{k: np.array(v, dtype=object) for k, v in added.items()}, similarity=np.nan)


def exclude(table: pd.DataFrame, exclusions: Mapping[int, tuple[str, float]], reason: ExclusionReason) -> pd.DataFrame:
    """The table with rows excluded; `exclusions` maps a position to the id of the row it repeats and the similarity."""
    columns = {name: table[name].to_numpy(copy=True) for name in ("split", "reason", "kept_id", "similarity")}
    for row, (kept_id, similarity) in exclusions.items():
        columns["split"][row], columns["reason"][row] = EXCLUDED, reason.value
        columns["kept_id"][row], columns["similarity"][row] = kept_id, similarity
    return table.assign(**columns)
