"""What a router says of a text, read from an answer; and the class probabilities that follow from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.question import read_items
from training.router import FIELDS

MOST = 0.999
"""The highest probability that is believed: a router that says 1 leaves a wrong answer infinitely surprising."""
HAIR = 1e-6
"""How much more than an equal share the target has at least, so that it is the likeliest label."""


@dataclass(frozen=True)
class Verdict:
    """Where a text goes."""

    target: str
    confidence: float
    """As it was told, 0 to 1."""
    reason: str


def verdicts(text: str, count: int, classes: Sequence[str]) -> dict[int, Verdict]:
    """Of an answer about `count` texts the verdicts by their number; what cannot be read is left out.

    A number that stands twice is not believed.
    """
    known = set(classes)
    found: dict[int, list[Verdict]] = {}
    for item in read_items(text, "routes", FIELDS):
        confidence = _share(item.get("confidence"))
        if confidence is not None and 0 <= item["query"] < count and item["target"] in known:
            told = Verdict(item["target"], confidence, item["reason"])
            found.setdefault(item["query"], []).append(told)
    return {number: told[0] for number, told in found.items() if len({one.target for one in told}) == 1}


def _share(told: object) -> float | None:
    """A confidence, brought between 0 and 1; None for what is no number."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        return None
    return min(max(float(told), 0.0), 1.0)


def probabilities(told: Sequence[Verdict | None], classes: Sequence[str], fallback: str | None) -> NDArray[np.float64]:
    """Shape (texts, classes): the confidence on the target, the rest in equal parts on the others.

    The target stays the likeliest label however low its confidence. A text without a verdict goes to the fallback by a
    hair; where there is none, all labels are equally likely.
    """
    size = len(classes)
    place = {name: i for i, name in enumerate(classes)}
    least = min((1 + HAIR) / size, 1.0)
    found = np.full((len(told), size), 1 / size)
    for row, verdict in zip(found, told, strict=True):
        target = verdict.target if verdict else fallback
        if target is None or size == 1:
            continue
        share = max(min(verdict.confidence if verdict else 0.0, MOST), least)
        row[:] = (1 - share) / (size - 1)
        row[place[target]] = share
    return found
