"""WHAT COULD BE: proposes candidate records, never decides. Rules and Claude move in here."""

WINNOW_ROOM = "generators"
