"""Hold-out first: every group gets its split when it is first added, and keeps it permanently."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.config.task import SplitsConfig
from winnow.core.hashing import keyed_digest
from winnow.core.vocabulary import HOLD_OUT_SPLITS, Split
from winnow.curation.ingest.split_quotas import drawn_quotas


@dataclass(frozen=True)
class NewGroup:
    """A group without an assigned split yet."""

    id: str
    stratum: str
    """Most frequent among its records when it is added; quotas are kept per stratum."""
    size: int
    """How many records it brings, at least one."""
    given: frozenset[str] = frozenset()
    """The official splits that its source declared."""
    train_only: bool = False
    """Synthetic, or chosen by a model: never hold-out, regardless of its hash."""
    held_out: bool = False
    """The task keeps one of its records out of train and validation: always test, unless it is train-only."""
    from_known_source: bool = False
    """Rows of a release, or of a source that had rows before: no validation share is drawn from them."""


@dataclass(frozen=True)
class SplitAssignment:
    """A group's permanent split, and why it was assigned."""

    assigned_split: str
    why: str


def draw_order(key: str, group_id: str) -> bytes:
    """Sort key of a group in the draw: HMAC-SHA256 of its id under the task's key."""
    return keyed_digest(key.encode(), group_id)


def assign_splits(
    groups: Sequence[NewGroup], existing_counts: Mapping[tuple[str, str], int], splits: SplitsConfig
) -> dict[str, SplitAssignment]:
    """Give each group its split. The result does not depend on the order of `groups`.

    `existing_counts` counts the eligible records of (stratum, split) from earlier additions. Shares are met per
    stratum, and over all strata together (`drawn_quotas`): in hash order, groups fill the test quota, then validation,
    then train. Official splits are kept; when none of the groups was given to validation, a share of those given to
    train goes there. Held-out groups go to test, whatever their official split is, and fill no quota.
    """
    ordered = sorted(groups, key=lambda f: draw_order(splits.key, f.id))
    result, drawn = _assign_official(ordered, splits)
    counts = Counter(existing_counts)
    for group in groups:
        if group.id in result and not (group.train_only or group.held_out):
            counts[(group.stratum, result[group.id].assigned_split)] += group.size
    sizes = {stratum: sum(f.size for f in members) for stratum, members in drawn.items()}
    quotas = drawn_quotas(sizes, counts, splits)
    for stratum, members in drawn.items():
        result |= {f.id: SplitAssignment(split, "drawn") for f, split in _fill_quotas(members, quotas[stratum])}
    return result


def _assign_official(
    groups: Sequence[NewGroup], splits: SplitsConfig
) -> tuple[dict[str, SplitAssignment], dict[str, list[NewGroup]]]:
    """Place train-only, held-out and official groups; return the others by stratum, to be drawn."""
    result: dict[str, SplitAssignment] = {}
    drawn: dict[str, list[NewGroup]] = defaultdict(list)
    official_train: dict[str, list[NewGroup]] = defaultdict(list)
    lacks_validation = not any("validation" in group.given for group in groups)
    for group in groups:
        held = next((split for split in HOLD_OUT_SPLITS if split in group.given), None)
        if group.train_only:
            result[group.id] = SplitAssignment("train", "train_only")
        elif group.held_out:
            result[group.id] = SplitAssignment("test", "held_out_tool")
        elif held:
            result[group.id] = SplitAssignment(held, "given")
        elif "train" not in group.given:
            drawn[group.stratum].append(group)
        elif lacks_validation and not group.from_known_source:
            official_train[group.stratum].append(group)
        else:
            result[group.id] = SplitAssignment("train", "given")
    sizes = {stratum: sum(f.size for f in members) for stratum, members in official_train.items()}
    quotas = drawn_quotas(sizes, {}, splits, only=[Split.VALIDATION])
    for stratum, members in official_train.items():
        placed = _fill_quotas(members, quotas[stratum])
        result |= {f.id: SplitAssignment(split, "given" if split == "train" else "drawn") for f, split in placed}
    return result, drawn


def _fill_quotas(members: Sequence[NewGroup], wanted: Mapping[str, int]) -> list[tuple[NewGroup, str]]:
    """Assign groups in order, each to the first split that still needs at least half of it; the rest goes to train."""
    left = dict(wanted)
    placed = []
    for group in members:
        split = next((s for s, want in left.items() if want >= group.size / 2), "train")
        if split in left:
            left[split] -= group.size
        placed.append((group, split))
    return placed
