"""The selection: eligible rows without leaks and duplicates. Only train rows are excluded, never hold-out rows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.curation.checks.dedup import keep_order, without_duplicates
from winnow.curation.checks.leak_guards import LeakGuards, Leaks
from winnow.curation.checks.leak_removal import without_leaks
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


NO_LEAKS = Leaks()


def no_leaks_at(cosine: float) -> Leaks:
    """For selections of rows among which there are no leaks."""
    return NO_LEAKS


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
    leaks: Leaks = NO_LEAKS
    """The train rows near a hold-out row."""
    leaks_at: Callable[[float], Leaks] = no_leaks_at
    """The same at a given cosine; results are cached."""


def select(eligible: pd.DataFrame, task: Task, pairs: NearPairs, nearest: NearestHoldOut) -> Selection:
    """Select at the task's thresholds, from what `eligible_rows` returned."""
    kind = kind_of(task)
    guards = kind.guards(task)
    leak_guards = LeakGuards(eligible, guards)

    @functools.cache
    def leaks_at(cosine: float) -> Leaks:
        return leak_guards.leaks(nearest, cosine)

    leaks = leaks_at(task.gates.leakage.cosine)
    unleaked = without_leaks(eligible, leaks)
    order = keep_order(unleaked)
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

    final = deduplicated(task.gates.duplicates.cosine)
    return Selection(eligible, unleaked, final, deduplicated, leaks, leaks_at)
