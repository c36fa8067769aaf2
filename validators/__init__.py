"""WHAT IS GOOD: pure checks on tables and rows; no model, no network, no files."""

WINNOW_ROOM = "validators"
