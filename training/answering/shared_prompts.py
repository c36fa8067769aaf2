"""The order in which prompts are read, so that a model reads what neighbors share once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class PromptPlace(NamedTuple):
    """A prompt in the order of reading."""

    place: int
    """Its index in the given order."""
    kept: int
    """So many of its first tokens were read for the prompt before it. At least one token is left."""


def reading_order(prompts: Sequence[Sequence[int]]) -> list[PromptPlace]:
    """Every prompt, sorted by its tokens: then no order shares more with the neighbor before."""
    order = sorted(range(len(prompts)), key=lambda place: (tuple(prompts[place]), place))
    before: Sequence[int] = ()
    found = []
    for place in order:
        kept = min(common_length(before, prompts[place]), max(len(prompts[place]) - 1, 0))
        found.append(PromptPlace(place, kept))
        before = prompts[place]
    return found


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two rows begin with together."""
    shorter = min(len(first), len(second))
    return next((place for place in range(shorter) if first[place] != second[place]), shorter)
