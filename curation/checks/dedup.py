"""Label-aware dedup inside train: a row is only dropped in favor of one that is kept, so there are no chains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from winnow.core.vocabulary import DecidedBy, ExclusionReason, Origin, Split
from winnow.curation.checks.eligibility import exclude
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.wording.guards import Guards, protecting_guard

if TYPE_CHECKING:
    import pandas as pd


DECIDERS = tuple(by.value for by in DecidedBy)
"""Of two repeats, the one whose label was decided by the earlier of these is kept."""


def keep_order(table: pd.DataFrame) -> list[int]:
    """Positions of the rows, the best first: human records before synthetic ones, then who decided, then id."""
    rank = {by: position for position, by in enumerate(DECIDERS)}
    keys = [
        (origin == Origin.SYNTHETIC, rank.get(by, len(DECIDERS)), identity)
        for origin, by, identity in zip(table["origin"], table["decided_by"], table["id"], strict=True)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)


def without_duplicates(
    table: pd.DataFrame,
    pairs: NearPairs,
    guards: Guards,
    *,
    threshold: float,
    variations_per_seed: int,
    order: Sequence[int],
    answer_key: Callable[[str], str] | None = None,
) -> pd.DataFrame:
    """Exclude train records that repeat another train record of the same label.

    The best record of a neighborhood is kept and named in `kept_id`; a record is only dropped in favor of one that is
    kept, so there are no chains. Within a group only exact repeats and records beyond `variations_per_seed` are
    dropped. `order` is `keep_order(table)`. Rows whose contents have different answer keys never repeat each other.
    """
    train = (table["split"] == Split.TRAIN).to_numpy()
    neighbors = _neighbors_by_row(pairs.above(threshold))
    to_compare = _rows_to_compare(table[train], variations_per_seed) | neighbors.keys()
    labels, groups, folds, texts, ids = (table[name].to_list() for name in ("label", "group", "fold_key", "text", "id"))
    contents = table["content"].to_list() if answer_key else []
    answers = {row: answer_key(contents[row]) if answer_key else "" for row in to_compare}
    kept_folds: dict[tuple[str, str, str], int] = {}
    kept: set[int] = set()
    group_members: dict[str, list[int]] = defaultdict(list)
    exclusions: dict[int, tuple[str, float]] = {}
    over_limit: dict[int, tuple[str, float]] = {}
    for row in order:
        if not train[row] or row not in to_compare:
            continue
        fold, label, group = (folds[row], labels[row], answers[row]), labels[row], groups[row]
        if fold in kept_folds:
            exclusions[row] = (ids[kept_folds[fold]], 1.0)
            continue
        repeats = next(
            (
                (other, similarity)
                for similarity, other in neighbors.get(row, ())
                if other in kept
                and labels[other] == label
                and answers[other] == answers[row]
                and groups[other] != group
                and protecting_guard(guards.signature(texts[other]), guards.signature(texts[row])) is None
            ),
            None,
        )
        if repeats is not None:
            exclusions[row] = (ids[repeats[0]], repeats[1])
        elif len(group_members[group]) >= variations_per_seed:
            over_limit[row] = (ids[group_members[group][0]], np.nan)
        else:
            kept.add(row)
            kept_folds[fold] = row
            group_members[group].append(row)
    without_repeats = exclude(table, exclusions, ExclusionReason.DUPLICATE)
    return exclude(without_repeats, over_limit, ExclusionReason.VARIATIONS_PER_SEED)


def _rows_to_compare(train: pd.DataFrame, variations_per_seed: int) -> set[int]:
    """Positions of train rows with a repeated fold key or in a group that is too large; others only need neighbors."""
    repeated = train["fold_key"].duplicated(keep=False)
    large = train["group"].map(train["group"].value_counts()) > variations_per_seed
    return set(train.index[repeated | large])


def _neighbors_by_row(pairs: NearPairs) -> Mapping[int, list[tuple[float, int]]]:
    """The near rows of each row, the most similar first."""
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for left, right, similarity in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True
    ):
        found[left].append((similarity, right))
        found[right].append((similarity, left))
    for near in found.values():
        near.sort(key=lambda pair: (-pair[0], pair[1]))
    return found
