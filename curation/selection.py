"""Which record goes into which split, and why the others do not: leakage first, then label-aware dedup (rules 1, 2, 4).

Pure: tables and vectors in, a table out. Hold-out never moves; only train gives way.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.labels import State
from curation.near import Pairs
from curation.task import Task
from validators.guards import Guards, protection

if TYPE_CHECKING:
    import pandas as pd

EXCLUDED = "excluded"
DECIDED_BY_RANK = {"adjudicator": 0, "agreement": 1, "person": 2, "file": 3, "lot": 4}
COST_THRESHOLDS = (0.90, 0.95, 0.97)
"""Cosines whose price `check` always shows."""


@dataclass(frozen=True)
class Nearest:
    """For every row of the candidate table, if it is train, its nearest hold-out row."""

    position: NDArray[np.int64]
    """Of the hold-out row in the table; -1 where there is none."""
    similarity: NDArray[np.float32]
    """Cosine, or 1 for an exact repeat; -1 where there is none."""


def candidates(table: pd.DataFrame) -> pd.DataFrame:
    """The working table with `split` and `reason`: what may be exported before anything is compared.

    A record without a standing label goes nowhere; a synthetic one never goes into a hold-out split.
    """
    split: list[str] = []
    reason: list[str] = []
    states: list[State] = list(table["state"])
    for state, reserve, origin in zip(states, table["reserve"], table["origin"], strict=True):
        if state != "labeled":
            split.append(EXCLUDED)
            reason.append(state)
        elif reserve != "train" and origin == "synthetic":
            split.append(EXCLUDED)
            reason.append("synthetic_in_hold_out")
        else:
            split.append(reserve)
            reason.append("")
    columns = {"split": split, "reason": reason, "keeper": [""] * len(table)}
    return table.assign(**{k: np.array(v, dtype=object) for k, v in columns.items()}, similarity=np.nan)


@dataclass(frozen=True)
class Selection:
    """The stages of one selection: the same rows in each, with ever more of them excluded."""

    placed: pd.DataFrame
    """What may be exported before anything is compared."""
    unleaked: pd.DataFrame
    """Without what repeats a hold-out row."""
    final: pd.DataFrame
    """Without duplicates too."""
    deduplicated: Callable[[float], pd.DataFrame]
    """`unleaked` without duplicates at any cosine; what was asked before is remembered."""


def select(placed: pd.DataFrame, task: Task, pairs: Pairs, nearest: Nearest) -> Selection:
    """Select at the task's thresholds, from what `candidates` returned."""
    unleaked = without_leaks(placed, nearest, threshold=task.gates.leakage.cosine)
    guards, order = Guards(task.slots), keep_order(unleaked)

    @functools.cache
    def deduplicated(cosine: float) -> pd.DataFrame:
        return without_duplicates(
            unleaked,
            pairs,
            guards,
            threshold=cosine,
            variations_per_seed=task.variations_per_seed,
            order=order,
        )

    return Selection(placed, unleaked, deduplicated(task.gates.duplicates.cosine), deduplicated)


def keep_order(table: pd.DataFrame) -> list[int]:
    """Positions of the rows, the best first: people's records before synthetic ones, then who decided, then id."""
    keys = [
        (origin == "synthetic", DECIDED_BY_RANK.get(by, len(DECIDED_BY_RANK)), identity)
        for origin, by, identity in zip(table["origin"], table["decided_by"], table["id"], strict=True)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)


def without_leaks(table: pd.DataFrame, nearest: Nearest, *, threshold: float) -> pd.DataFrame:
    """Leave out of train what repeats a hold-out row within the threshold; an exact repeat has similarity 1."""
    train = np.flatnonzero((table["split"] == "train").to_numpy())
    leaks = train[np.asarray(nearest.similarity)[train] >= threshold]
    ids = table["id"].to_numpy()
    drops = {row: (ids[nearest.position[row]], float(nearest.similarity[row])) for row in leaks.tolist()}
    return _dropped(table, drops, "leakage")


def without_duplicates(
    table: pd.DataFrame,
    pairs: Pairs,
    guards: Guards,
    *,
    threshold: float,
    variations_per_seed: int,
    order: Sequence[int],
) -> pd.DataFrame:
    """Leave out of train what repeats another train record of the same label.

    The best record of a neighbourhood is kept and named as the keeper; a record falls only to one that stays, so
    there are no chains. Inside a family only exact folds fall, and what exceeds `variations_per_seed`. `order` is
    `keep_order(table)`.
    """
    train = (table["split"] == "train").to_numpy()
    neighbours = _neighbours(pairs.above(threshold))
    contested = _contested(table[train], variations_per_seed) | neighbours.keys()
    labels, families, folds, texts, ids = (
        table[name].to_list() for name in ("label", "family", "fold_key", "text", "id")
    )
    kept_folds: dict[tuple[str, str], int] = {}
    kept: set[int] = set()
    family_members: dict[str, list[int]] = defaultdict(list)
    drops: dict[int, tuple[str, float]] = {}
    crowded: dict[int, tuple[str, float]] = {}
    for row in order:
        if not train[row] or row not in contested:
            continue
        fold, label, family = (folds[row], labels[row]), labels[row], families[row]
        if fold in kept_folds:
            drops[row] = (ids[kept_folds[fold]], 1.0)
            continue
        keeper = next(
            (
                (other, similarity)
                for similarity, other in neighbours.get(row, ())
                if other in kept
                and labels[other] == label
                and families[other] != family
                and protection(guards.signature(texts[other]), guards.signature(texts[row])) is None
            ),
            None,
        )
        if keeper is not None:
            drops[row] = (ids[keeper[0]], keeper[1])
        elif len(family_members[family]) >= variations_per_seed:
            crowded[row] = (ids[family_members[family][0]], np.nan)
        else:
            kept.add(row)
            kept_folds[fold] = row
            family_members[family].append(row)
    return _dropped(_dropped(table, drops, "duplicate"), crowded, "variations_per_seed")


def _contested(train: pd.DataFrame, variations_per_seed: int) -> set[int]:
    """Positions of train rows whose fold stands twice or whose family is too large; the others have only neighbours."""
    repeated = train["fold_key"].duplicated(keep=False)
    large = train["family"].map(train["family"].value_counts()) > variations_per_seed
    return set(train.index[repeated | large])


def conflicts(table: pd.DataFrame, pairs: Pairs, *, threshold: float) -> pd.DataFrame:
    """Near train records under different labels, most similar first: for a person to decide, never merged.

    Pairs inside one family are declared contrasts and not listed. Columns `left`, `right`, `similarity` (ids, cosine).
    """
    import pandas as pd

    close = pairs.above(threshold)
    labels, families = table["label"].to_numpy(), table["family"].to_numpy()
    train = (table["split"] == "train").to_numpy()
    left, right = close.left, close.right
    both = train[left] & train[right] & (labels[left] != labels[right]) & (families[left] != families[right])
    ids = table["id"].to_numpy()
    found = pd.DataFrame(
        {
            "left": ids[left[both]],
            "right": ids[right[both]],
            "similarity": close.similarity[both].astype(float),
        }
    )
    return found.sort_values(["similarity", "left", "right"], ascending=[False, True, True], ignore_index=True)


def _neighbours(pairs: Pairs) -> Mapping[int, list[tuple[float, int]]]:
    """For every row its near rows, the most similar first."""
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for left, right, similarity in zip(
        pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist(), strict=True
    ):
        found[left].append((similarity, right))
        found[right].append((similarity, left))
    for near in found.values():
        near.sort(key=lambda pair: (-pair[0], pair[1]))
    return found


def _dropped(table: pd.DataFrame, drops: Mapping[int, tuple[str, float]], reason: str) -> pd.DataFrame:
    """The table with rows excluded: position to keeper and similarity."""
    columns = {name: table[name].to_numpy(copy=True) for name in ("split", "reason", "keeper", "similarity")}
    for row, (keeper, similarity) in drops.items():
        columns["split"][row], columns["reason"][row] = EXCLUDED, reason
        columns["keeper"][row], columns["similarity"][row] = keeper, similarity
    return table.assign(**columns)
