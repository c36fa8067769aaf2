"""Cells that a spreadsheet shows as they are: a text that begins like a formula must not be run (CWE-1236)."""

from __future__ import annotations

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection)."""


def as_cell(text: str) -> str:
    """The text with an apostrophe before what begins like a formula, or like such an apostrophe."""
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(BEGINNINGS) else text


def from_cell(cell: str) -> str:
    """What `as_cell` was given."""
    bare = cell.lstrip("'")
    return cell[1:] if cell.startswith("'") and bare.startswith(BEGINNINGS) else cell
