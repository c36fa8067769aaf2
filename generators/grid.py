"""The grid of wordings: a brief for every query to be written, so that a batch is as various as its users are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generators.chance import keyed, pick, shuffled

CROSSES = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""The wordings that exist: a fragment, of at most three words, is short."""
NOISE = ("clean",) * 7 + ("one slip of the keys", "no capitals and no punctuation", "clumsy, as in a second language")
"""Seven of ten queries are typed cleanly."""
VOICES = (
    "in a hurry, on a phone",
    "new here, does not know the product's words",
    "an expert who says no word too many",
    "annoyed, has asked this before",
    "careful, writes whole sentences",
    "asks for somebody else",
    "thinks aloud while typing",
    "dictates to the phone",
)
TIMES = ("none",) * 6 + ("it happened just now", "it has been so for a while", "it is wanted by a certain time")
SLOT_SHARE = 2
"""One of so many briefs names a word of the domain, where the task has any."""
Brief = dict[str, Any]


def briefs(
    count: int,
    *,
    key: str,
    cells: Sequence[Mapping[str, Any]] = (),
    slots: Mapping[str, Sequence[str]] | None = None,
) -> list[Brief]:
    """`count` briefs, which `key` determines. `cells` are wordings that lack rows (`phrasing`, `length`, `count`)."""
    crosses = _crosses(key, cells)
    pairs = [(slot, value) for slot, values in (slots or {}).items() for value in values]
    found = []
    for i, (phrasing, length) in zip(range(count), crosses, strict=False):
        brief: Brief = {
            "brief": i,
            "phrasing": phrasing,
            "length": length,
            "noise": pick(NOISE, key, "noise", i),
            "voice": pick(VOICES, key, "voice", i),
        }
        when = pick(TIMES, key, "time", i)
        if when != "none":
            brief["time"] = when
        if pairs and keyed(key, "slot?", i) % SLOT_SHARE == 0:
            slot, value = pick(pairs, key, "slot", i)
            brief[slot] = value
        found.append(brief)
    return found


def _crosses(key: str, cells: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """First what cells lack, then all wordings alike; each round in an order of its own."""
    lacking = [(cell["phrasing"], cell["length"]) for cell in cells for _ in range(int(cell["count"]))]
    yield from shuffled(lacking, key, "cells")
    for turn in itertools.count():
        yield from shuffled(CROSSES, key, "round", turn)


def chunks(listed: Sequence[Brief], size: int) -> list[list[Brief]]:
    """The briefs of each request, numbered from 0 in each."""
    parts = [listed[i : i + size] for i in range(0, len(listed), size)]
    return [[{**brief, "brief": i} for i, brief in enumerate(part)] for part in parts]
