"""Values that stand for a value: what documentation and questions write in place of a real one."""

from __future__ import annotations

import re
from itertools import pairwise

MIN_DIFFERENT_CHARACTERS = 5
"""Minimum number of different letters and digits in a real key; "xxxxxxxx" and "00000000" have fewer."""

PLACEHOLDER = re.compile(
    r"^your|your[_-]|example|placeholder|dummy|change_?me|redacted|insert[_-]|replace[_-]|my[_-](?:api|secret|token|key|pass)"
    r"|xxxx|\*\*\*|\.\.\.|…|^[<{\[%]|^\$(?-i:[A-Z_{(])",
    re.I,
)
"""Words and signs that show that a value is not a real key."""


def is_placeholder(value: str) -> bool:
    """Whether a key or password was written in place of a real one, such as "YOUR_API_KEY" or "ghp_xxxxxxxx"."""
    return bool(PLACEHOLDER.search(value)) or len(set(re.sub(r"\W|_", "", value))) < MIN_DIFFERENT_CHARACTERS


def is_counted_up(value: str) -> bool:
    """Whether the digits of a number repeat one digit or count up from 1, such as "123-456-7890" or "0000 0000"."""
    digits = re.sub(r"\D", "", value)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return steps == {0} or (steps == {1} and digits[0] == "1")
