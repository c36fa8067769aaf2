"""Readers: whatever a file holds becomes numbered rows of text, label, route, split, session and time."""

from curation.reading.columns import DROPPED_COLUMNS, Columns
from curation.reading.source import Reading, Row, Rows, read_file, read_rows, read_table

__all__ = ["DROPPED_COLUMNS", "Columns", "Reading", "Row", "Rows", "read_file", "read_rows", "read_table"]
