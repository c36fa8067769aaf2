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
        found.append(PromptPlace(place, _common(before, prompts[place])))
        before = prompts[place]
    return found


def _common(before: Sequence[int], ids: Sequence[int]) -> int:
    """The number of equal tokens at the beginning, without the last token."""
    limit = max(min(len(before), len(ids) - 1), 0)
    return next((at for at in range(limit) if before[at] != ids[at]), limit)
