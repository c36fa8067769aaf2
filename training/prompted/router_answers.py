"""Reads targets from a response of the router, and the class probabilities that follow from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.generators.llm.response import read_items
from winnow.training.prompted.router_prompt import ANSWER_FIELDS

MAX_PROBABILITY = 0.999
"""The highest probability used: a confidence of 1 would make the loss of a wrong answer infinite."""

MIN_LEAD = 1e-6
"""The target gets at least this much more than an equal share, so that it is the most probable label."""


@dataclass(frozen=True)
class RouterAnswer:
    """The target of one text, with the router's reason and confidence."""

    target: str
    confidence: float
    """As the router stated it, 0 to 1."""
    reason: str


def read_router_answers(text: str, count: int, classes: Sequence[str]) -> dict[int, RouterAnswer]:
    """Answers by text number, from a response about `count` texts; unreadable ones are left out.

    A number that stands twice is not believed.
    """
    known = set(classes)
    found: dict[int, list[RouterAnswer]] = {}
    for item in read_items(text, "routes", ANSWER_FIELDS):
        confidence = _confidence(item.get("confidence"))
        if confidence is not None and 0 <= item["query"] < count and item["target"] in known:
            answer = RouterAnswer(item["target"], confidence, item["reason"])
            found.setdefault(item["query"], []).append(answer)
    return {number: answer[0] for number, answer in found.items() if len({one.target for one in answer}) == 1}


def _confidence(answer: object) -> float | None:
    """A confidence, clipped to 0 and 1; None for anything but a number."""
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        return None
    return min(max(float(answer), 0.0), 1.0)


def probabilities(
    answer: Sequence[RouterAnswer | None], classes: Sequence[str], fallback: str | None
) -> NDArray[np.float64]:
    """Shape (texts, classes): the confidence for the target, the rest in equal parts for the others.

    The target stays the likeliest label however low its confidence. A text without a verdict goes to the fallback by a
    hair; where there is none, all labels are equally likely.
    """
    size = len(classes)
    column = {name: i for i, name in enumerate(classes)}
    least = min((1 + MIN_LEAD) / size, 1.0)
    found = np.full((len(answer), size), 1 / size)
    for row, verdict in zip(found, answer, strict=True):
        target = verdict.target if verdict else fallback
        if target is None or size == 1:
            continue
        share = max(min(verdict.confidence if verdict else 0.0, MAX_PROBABILITY), least)
        row[:] = (1 - share) / (size - 1)
        row[column[target]] = share
    return found
