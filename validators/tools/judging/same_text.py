"""Whether two texts are the same value: by the rule of the Berkeley Function Calling Leaderboard, with three limits.

The benchmark removes spaces and `, . / - _ * ^`, ignores case and reads `'` as `"`. This also makes `1.5` equal to
`15`, `x*y` to `x/y`, and `*` to `-`, so that here

- the numbers of two texts have to be the same: a removed character between digits is the end of a number, except for a
  comma that groups thousands;
- of a text with `*` or `^`, a formula, only spaces are removed, and `**` is read as `^`;
- a text of nothing but removed characters is compared as it is.
"""

from __future__ import annotations

import re

REMOVED = re.compile(r"[ ,./\-_*^]")
"""What the benchmark's `standardize_string` removes."""

FORMULA = re.compile(r"[*^]")

THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

NUMBER = re.compile(r"(?:(?<![\w.])-)?\d+")
"""Digits, with a minus sign where nothing stands before it that makes it a hyphen."""


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ only in case, spaces and punctuation that change no number and no formula."""
    if one == other:
        return True
    if FORMULA.search(one) or FORMULA.search(other):
        return _formula(one) == _formula(other)
    folded = folded_text(one)
    return bool(folded) and folded == folded_text(other) and _numbers(one) == _numbers(other)


def folded_text(text: str) -> str:
    """The text as the benchmark compares it."""
    return REMOVED.sub("", text).lower().replace("'", '"')


def _formula(text: str) -> str:
    return text.replace(" ", "").replace("**", "^").lower()


def _numbers(text: str) -> list[str]:
    return NUMBER.findall(THOUSANDS.sub("", text))
