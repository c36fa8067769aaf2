"""Names and reasons that people state for a decision."""

from __future__ import annotations


def stated(text: str) -> str:
    """A name or reason without the white space around it; empty when it has neither a letter nor a digit."""
    return text.strip() if any(map(str.isalnum, text)) else ""
