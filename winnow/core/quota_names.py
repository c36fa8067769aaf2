"""The quotas of a plan: of what generators are to add how much."""

from __future__ import annotations

from enum import StrEnum


class QuotaName(StrEnum):
    """What a quota counts. Each kind of task has some of them."""

    PER_LABEL = "per_label"
    """Queries of a label."""
    AMBIGUOUS = "ambiguous"
    """Queries that are hard to tell from a confusable label."""
    DOMAIN = "domain"
    """Queries with the words of the domain."""
    FIXES = "fixes"
    """Queries like those that a model labels wrongly."""
    REGIONS = "regions"
    """Queries of a region of uncovered traffic."""
    NEGATIVES = "negatives"
    """Out-of-scope queries."""
    CONTRASTS = "contrasts"
    """Contrastive pairs of two labels or tools."""
    PER_TOOL = "per_tool"
    """Dialogues that call one tool only."""
    BEHAVIORS = "behaviors"
    """Dialogues of a behavior without a call."""
    MULTI_TURN = "multi_turn"
    """Dialogues with several turns of the user."""
    THREADS_ID = "threads_id"
    """Dialogues with an id from a result in a call of a tool."""
    COMPOUND = "compound"
    """Dialogues that call several tools."""
    ARGUMENTS = "arguments"
    """Dialogues that close a gap in the use of an argument."""


INTENT_QUOTAS = (
    QuotaName.PER_LABEL,
    QuotaName.AMBIGUOUS,
    QuotaName.DOMAIN,
    QuotaName.FIXES,
    QuotaName.REGIONS,
    QuotaName.NEGATIVES,
    QuotaName.CONTRASTS,
)
"""The quotas of plans for `kind: intents`."""

TOOL_QUOTAS = (
    QuotaName.PER_TOOL,
    QuotaName.BEHAVIORS,
    QuotaName.CONTRASTS,
    QuotaName.MULTI_TURN,
    QuotaName.THREADS_ID,
    QuotaName.COMPOUND,
    QuotaName.ARGUMENTS,
)
"""The quotas of plans for `kind: tools`."""

QUERIES_PER_REGION = 5
"""Queries to write for a region of uncovered traffic."""

CONTRASTS_PER_PAIR = 5
"""Contrastive pairs to write for two labels that are confused."""

DIALOGUES_PER_ARGUMENT = 3
"""Dialogues to write for a gap in the use of an argument."""

PAIR_SEPARATOR = ","
"""Between the two labels or tools of a pair."""
