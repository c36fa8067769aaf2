"""Folding: the key under which exact repeats meet."""

from __future__ import annotations

import unicodedata


def fold_key(text: str) -> str:
    """The text with case, width and white space folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
