"""Hold-out first: every family gets its split when it is first added, and keeps it for ever (design rule 1)."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.task import Splits

HOLD_OUT = ("test", "validation")
UNLABELED = "unlabeled"
"""The stratum of families that had no label when they were added."""


@dataclass(frozen=True)
class NewFamily:
    """A family that has no reserve yet."""

    id: str
    stratum: str
    """Its label when it is added; quotas are kept per stratum."""
    size: int
    """How many records it brings."""
    given: frozenset[str] = frozenset()
    """The official splits that its source declared."""
    train_only: bool = False
    """Synthetic, or chosen by a model: never hold-out, whatever its hash says."""
    comes_back: bool = False
    """Rows that were dropped and mended: their source has given to validation already."""


@dataclass(frozen=True)
class Reserved:
    """A family's split for ever, and why it got it."""

    reserve: str
    why: str


def draw_order(key: str, family_id: str) -> bytes:
    """Where a family stands in the draw: HMAC-SHA256 of its id under the task's key."""
    return hmac.digest(key.encode(), family_id.encode(), hashlib.sha256)


def reserve(
    families: Sequence[NewFamily], already: Mapping[tuple[str, str], int], splits: Splits
) -> dict[str, Reserved]:
    """Give each family its split. The result does not depend on the order of `families`.

    `already` counts the eligible records of (stratum, reserve) that earlier additions brought. Shares are met per
    stratum: in hash order, families fill the test quota, then validation, then train. Official splits stand as
    given; when none of the families was given to validation, a share of those given to train goes there.
    """
    ordered = sorted(families, key=lambda f: draw_order(splits.key, f.id))
    result, drawn = _official(ordered, splits)
    counts = Counter(already)
    for family in families:
        if family.id in result and not family.train_only:
            counts[(family.stratum, result[family.id].reserve)] += family.size
    totals: Counter[str] = Counter()
    for (stratum, _), count in counts.items():
        totals[stratum] += count
    for stratum, members in drawn.items():
        total = totals[stratum] + sum(f.size for f in members)
        wanted = {split: round(getattr(splits, split) * total) - counts[(stratum, split)] for split in HOLD_OUT}
        result |= {f.id: Reserved(split, "drawn") for f, split in _fill(members, wanted)}
    return result


def _official(families: Sequence[NewFamily], splits: Splits) -> tuple[dict[str, Reserved], dict[str, list[NewFamily]]]:
    """Place what is given or bound to train; the others come back by stratum, to be drawn."""
    result: dict[str, Reserved] = {}
    drawn: dict[str, list[NewFamily]] = defaultdict(list)
    may_give: dict[str, list[NewFamily]] = defaultdict(list)
    lacks_validation = not any("validation" in family.given for family in families)
    for family in families:
        held = next((split for split in HOLD_OUT if split in family.given), None)
        if family.train_only:
            result[family.id] = Reserved("train", "train_only")
        elif held:
            result[family.id] = Reserved(held, "given")
        elif "train" not in family.given:
            drawn[family.stratum].append(family)
        elif lacks_validation and not family.comes_back:
            may_give[family.stratum].append(family)
        else:
            result[family.id] = Reserved("train", "given")
    for members in may_give.values():
        wanted = {"validation": round(splits.validation * sum(f.size for f in members))}
        placed = _fill(members, wanted)
        result |= {f.id: Reserved(split, "given" if split == "train" else "drawn") for f, split in placed}
    return result, drawn


def _fill(members: Sequence[NewFamily], wanted: Mapping[str, int]) -> list[tuple[NewFamily, str]]:
    """Members in order, each to the first split that still wants at least half of it; train takes the rest."""
    left = dict(wanted)
    placed = []
    for family in members:
        split = next((s for s, want in left.items() if want > 0 and want >= family.size / 2), "train")
        if split in left:
            left[split] -= family.size
        placed.append((family, split))
    return placed
