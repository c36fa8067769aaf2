"""Escape CSV cells that a spreadsheet would run as a formula (CWE-1236)."""

from __future__ import annotations

FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Prefixes that spreadsheets interpret as the start of a formula (OWASP, CSV Injection)."""


def escape_cell(text: str) -> str:
    """The text, prefixed with an apostrophe if it starts like a formula or like an already escaped formula."""
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(FORMULA_PREFIXES) else text


def unescape_cell(cell: str) -> str:
    """The text that `escape_cell` was given."""
    bare = cell.lstrip("'")
    return cell[1:] if cell.startswith("'") and bare.startswith(FORMULA_PREFIXES) else cell
