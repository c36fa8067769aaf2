"""A brief for every query to write: a grid of phrasings, lengths, noise and personas keeps a batch diverse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.hashing import keyed_choice, keyed_hash, keyed_shuffle

WORDINGS = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""Every wording. A fragment has at most three words, so it is always short."""

NOISE_LEVELS = ("clean",) * 7 + (
    "one slip of the keys",
    "no capitals and no punctuation",
    "clumsy, as in a second language",
)
"""Seven of ten queries are typed cleanly."""

PERSONAS = (
    "in a hurry, on a phone",
    "new here, does not know the product's words",
    "an expert who says no word too many",
    "annoyed, has asked this before",
    "careful, writes whole sentences",
    "asks for somebody else",
    "thinks aloud while typing",
    "dictates to the phone",
)

TIME_HINTS = ("none",) * 6 + ("it happened just now", "it has been so for a while", "it is wanted by a certain time")

SLOT_EVERY = 2
"""One brief in this many names a slot value, where the task has slots."""

QueryBrief = dict[str, Any]


def query_briefs(
    count: int,
    *,
    key: str,
    cells: Sequence[Mapping[str, Any]] = (),
    slots: Mapping[str, Sequence[str]] | None = None,
) -> list[QueryBrief]:
    """`count` briefs that follow from `key`. `cells` are wordings with missing rows (`phrasing`, `length`, `count`)."""
    crosses = _wordings(key, cells)
    pairs = [(slot, value) for slot, values in (slots or {}).items() for value in values]
    found = []
    for i, (phrasing, length) in zip(range(count), crosses, strict=False):
        brief: QueryBrief = {
            "brief": i,
            "phrasing": phrasing,
            "length": length,
            "noise": keyed_choice(NOISE_LEVELS, key, "noise", i),
            "voice": keyed_choice(PERSONAS, key, "voice", i),
        }
        when = keyed_choice(TIME_HINTS, key, "time", i)
        if when != "none":
            brief["time"] = when
        if pairs and keyed_hash(key, "slot?", i) % SLOT_EVERY == 0:
            slot, value = keyed_choice(pairs, key, "slot", i)
            brief[slot] = value
        found.append(brief)
    return found


def _wordings(key: str, cells: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """First the missing wordings, then all wordings equally often; every round is shuffled anew."""
    lacking = [(cell["phrasing"], cell["length"]) for cell in cells for _ in range(int(cell["count"]))]
    yield from keyed_shuffle(lacking, key, "cells")
    for number in itertools.count():
        yield from keyed_shuffle(WORDINGS, key, "round", number)


def split_briefs(listed: Sequence[QueryBrief], size: int) -> list[list[QueryBrief]]:
    """The briefs of each request, numbered from 0 in each."""
    parts = [listed[i : i + size] for i in range(0, len(listed), size)]
    return [[{**brief, "brief": i} for i, brief in enumerate(part)] for part in parts]
