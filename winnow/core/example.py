"""Canonical text, record id, and the folded key that exact repeats share."""

from __future__ import annotations

import unicodedata

from winnow.core.hashing import stable_hash

ID_CHARACTERS = 20
"""80 bits of SHA-256: a collision among a million records has a probability of about 4e-13 (n^2 / 2^81)."""


def canonical_text(text: str) -> str:
    """The text as stored: normalized to NFC, otherwise unchanged."""
    return unicodedata.normalize("NFC", text)


def record_id(kind: str, content: str) -> str:
    """Hash of the kind's name and the content, normalized to NFC."""
    return stable_hash(kind, canonical_text(content), length=ID_CHARACTERS)


def fold_key(text: str) -> str:
    """The text with case, width and whitespace folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
