"""Read any supported file into numbered rows of text, label, route, split, session and time."""

from __future__ import annotations

__all__ = ["DROPPED_COLUMNS", "Columns", "Reading", "Row", "Rows", "read_file", "read_rows", "read_table"]
