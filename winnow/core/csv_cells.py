"""Escape CSV cells that a spreadsheet would run as a formula (CWE-1236)."""

from __future__ import annotations

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection)."""


def escape_cell(text: str) -> str:
    """The text with an apostrophe before what begins like a formula, or like such an apostrophe."""
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(FORMULA_PREFIXES) else text


def unescape_cell(cell: str) -> str:
    """What `as_cell` was given."""
    bare = cell.lstrip("'")
    return cell[1:] if cell.startswith("'") and bare.startswith(FORMULA_PREFIXES) else cell
