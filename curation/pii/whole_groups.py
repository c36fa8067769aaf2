"""A number in a row of groups: the longest run of complete groups that is valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

GROUP = re.compile(r"[A-Za-z0-9]+")


def longest_valid_groups(text: str, span: tuple[int, int], holds: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """The longest valid run of complete groups in a span, and those on both sides of it."""
    start, end = span
    groups = [match.span() for match in GROUP.finditer(text, start, end)]
    runs = [(groups[i][0], groups[j][1]) for i in range(len(groups)) for j in range(i, len(groups))]
    found = next((run for run in sorted(runs, key=lambda run: run[0] - run[1]) if holds(text[slice(*run)])), None)
    if found is not None:
        yield from longest_valid_groups(text, (start, found[0]), holds)
        yield found
        yield from longest_valid_groups(text, (found[1], end), holds)
