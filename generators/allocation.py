"""Distributes a number of queries over labels, so that the labels that lack most get most."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def allocate(count: int, missing: Mapping[Name, int]) -> dict[Name, int]:
    """Distribute `count`: first in proportion to what is missing, and any surplus evenly over all labels."""
    total = sum(missing.values())
    short = min(count, total)
    shares = {name: lack * short / total if total else 0.0 for name, lack in missing.items()}
    even = (count - short) / len(missing) if missing else 0.0
    exact = {name: share + even for name, share in shares.items()}
    whole = {name: int(share) for name, share in exact.items()}
    left = count - sum(whole.values()) if missing else 0
    for name in sorted(exact, key=lambda name: whole[name] - exact[name])[:left]:
        whole[name] += 1
    return whole
