"""The section `interactions`: which interactions of a log become examples, and what becomes of failures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from winnow.config.section import Count, Name, Share, TaskSection
from winnow.core.interaction_line import BEST_RATING
from winnow.core.interaction_vocabulary import FailurePolicy


class InteractionsConfig(TaskSection):
    """How `add` judges the interactions of a log."""

    agent_roles: tuple[Name, ...] = ()
    """Agents whose interactions are read, by their role in the log; all by default."""
    minimum_rating: Annotated[Count, Field(ge=1, le=BEST_RATING)] = 4
    """Lowest rating by a person of a good answer; a lower one is a failure."""
    minimum_review_score: Share | None = None
    """Lowest score by an automatic review of a good answer; a lower one is a failure. By default scores say nothing."""
    require_tests_passed: bool = False
    """Whether an answer is good only if its automatic tests passed. Failed tests are always a failure."""
    failures: FailurePolicy = FailurePolicy.DROP
    """What becomes of failures that nobody corrected."""
