"""The selection: eligible rows without leaks and duplicates. Only train rows are excluded, never hold-out rows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.curation.checks.dedup import keep_order, without_duplicates
from winnow.curation.checks.leak_removal import without_leaks
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Selection:
    """The stages of one selection: the same rows in each, more of them excluded at each stage."""

    eligible: pd.DataFrame
    """What may be exported before anything is compared."""
    unleaked: pd.DataFrame
    """Without train rows that repeat a hold-out row."""
    final: pd.DataFrame
    """Without duplicates too."""
    deduplicated: Callable[[float], pd.DataFrame]
    """`unleaked` without duplicates at a given cosine; results are cached."""


def select(eligible: pd.DataFrame, task: Task, pairs: NearPairs, nearest: NearestHoldOut) -> Selection:
    """Select at the task's thresholds, from what `eligible_rows` returned."""
    unleaked = without_leaks(eligible, nearest, threshold=task.gates.leakage.cosine)
    kind = kind_of(task)
    guards, order = kind.guards(task), keep_order(unleaked)
    answer_key = functools.cache(kind.answer_key) if kind.answer_key else None

    @functools.cache
    def deduplicated(cosine: float) -> pd.DataFrame:
        return without_duplicates(
            unleaked,
            pairs,
            guards,
            threshold=cosine,
            variations_per_seed=task.variations_per_seed,
            order=order,
            answer_key=answer_key,
        )

    return Selection(eligible, unleaked, deduplicated(task.gates.duplicates.cosine), deduplicated)
