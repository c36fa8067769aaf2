"""Suggest the known name that is closest to the given one."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process


def nearest_name(name: str, known: Sequence[str]) -> str | None:
    """The known name most similar to `name` (normalized Indel similarity >= 0.6), or None."""
    match = process.extractOne(name, list(known), score_cutoff=60)
    return match[0] if match else None


def suggestion(name: str, known: Sequence[str], otherwise: str = "") -> str:
    """The fix for an unknown name: the known name that is closest to it, else `otherwise`."""
    near = nearest_name(name, known)
    return f"did you mean {near!r}?" if near else otherwise
