"""Where words begin and end, also in scripts that write no spaces between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from winnow.core.example import UNSPACED_SCRIPTS

_UNSPACED = UNSPACED_SCRIPTS.pattern.strip("[]")

_HANGUL = "\uac00-\ud7a3"
"""Korean writes particles without a space after a word."""

NOT_AFTER_LETTER = rf"(?<![^\W{_UNSPACED}])"
"""A pattern: no letter or digit of a script with spaces stands before."""

NOT_BEFORE_LETTER = rf"(?![^\W{_UNSPACED}])"
"""A pattern: no letter or digit of a script with spaces stands after."""

_STARTS_ANYWHERE = re.compile(rf"[{_UNSPACED}]")

_ENDS_ANYWHERE = re.compile(rf"[{_UNSPACED}{_HANGUL}]$")


def whole_words(expressions: Iterable[str]) -> str:
    """A pattern of expressions that stand as words of their own, the longest first; it has no group.

    An expression of a script without spaces is found wherever it stands, because its words have no borders.
    """
    by_borders: dict[tuple[bool, bool], list[str]] = {}
    for one in sorted({one for one in expressions if one.strip()}, key=lambda one: (-len(one), one)):
        borders = not _STARTS_ANYWHERE.match(one), not _ENDS_ANYWHERE.search(one)
        by_borders.setdefault(borders, []).append(re.escape(one))
    return "|".join(
        f"{NOT_AFTER_LETTER if before else ''}(?:{'|'.join(by_borders[before, after])})"
        f"{NOT_BEFORE_LETTER if after else ''}"
        for before, after in sorted(by_borders, key=lambda borders: (borders[1], borders[0]))
    )
