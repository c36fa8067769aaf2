"""How long an answer may be."""

from __future__ import annotations

MAX_ANSWER_TOKENS = 512
"""The longest answer that is allowed. Answers with calls have 30 to 150 tokens; a model that has not learned to stop
would go on to the end of its window."""

MIN_ANSWER_TOKENS = 64
"""The limit is not lower, however short the answers of train are."""


def answer_limit(longest: int) -> int:
    """The most tokens of an answer, given those of the longest one in train: twice as many."""
    return min(MAX_ANSWER_TOKENS, max(MIN_ANSWER_TOKENS, 2 * longest))
