"""The fixed words about what is evaluated besides splits: forgetting, suites, variants of a prompt."""

from __future__ import annotations

from enum import StrEnum


class ForgettingVerdict(StrEnum):
    """What a run lost on general instructions, compared with its base model."""

    DEGRADES = "degrades"
    """A loss is shown, and it is larger than the margin."""
    NO_MEASURED_CHANGE = "no measured change"
    """Any loss is smaller than the margin."""
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    """Neither is shown."""


class Difficulty(StrEnum):
    """How difficult a dialogue is, by its facet `difficulty`, or as its row states."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class PromptVariant(StrEnum):
    """Another way to write the same prompt."""

    REVERSED_TOOLS = "reversed_tools"
    """The tools in the reverse order."""
    JSON_SCHEMA = "json_schema"
    """The tools as lines of JSON Schema, not as signatures."""
    WIDE_SPACING = "wide_spacing"
    """A blank line between two tools, and deeper indentation."""
    HEADING = "heading"
    """A heading before the tools."""
