"""What diagnostics of answers are given about a run, besides its judged answers on validation."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from winnow.core.result import Difference, NotMeasured
from winnow.training.diagnostics.issue import EpochLosses


@dataclass(frozen=True)
class AnswerContext:
    """What diagnostics need to know about a run that calls tools."""

    run: str
    """Its id."""
    release: str
    """Name of its release."""
    base_model: str
    """Folder or hub id of the model that it builds on; empty where that is not known."""
    tools: Set[str]
    """The tools of the task file: dialogues can be generated for these only."""
    losses: EpochLosses | NotMeasured
    """Losses at the epoch that was kept."""
    general_answers: Difference | NotMeasured
    """How much better the run answers general instructions than its base model, 1 being always right."""
