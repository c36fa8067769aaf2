"""Feedback on a run that calls tools: what it fails at, in counts, as it is written to `feedback.json` of the run."""

from __future__ import annotations

from pathlib import Path

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.feedback_vocabulary import CellKind
from winnow.core.record import Record
from winnow.curation.annotations.feedback_facts import FeedbackFacts


class FeedbackCell(Record):
    """One thing that a run fails at in several dialogues of validation."""

    kind: CellKind
    """What it is about."""
    name: str
    """The tool, the behavior, the two tools with a comma between them, or `TOOL.ARGUMENT`."""
    failing: int
    """Validation dialogues that fail in this way."""
    dialogues: int
    """Validation dialogues that could."""
    train_rows: int
    """Train rows with the tool, behavior, or one of the two tools in their label."""
    planned: int
    """Dialogues that the plan asks for; pairs of them for two tools."""


class ToolFeedbackFacts(FeedbackFacts):
    """What the errors of a run that calls tools say about its data: names, counts and train ids, without texts."""

    cells: list[FeedbackCell]
    """What it fails at, most failing dialogues first."""


def read_tool_feedback(path: Path) -> ToolFeedbackFacts:
    """The feedback in a file. Raises WinnowError when there is none."""
    try:
        return ToolFeedbackFacts.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        fix = f"run `{command('feedback', 'RUN')}` first"
        raise WinnowError(Problem(str(path), "no readable feedback", "what a run fails at", fix)) from None
