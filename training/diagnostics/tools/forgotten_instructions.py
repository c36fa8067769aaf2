"""Forgotten instructions: answers to general instructions got worse by the training."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, percentage_points
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.evaluation.tools.answer_results import AnswerResult


def forgotten_instructions(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """The paired difference between adapter and base model is below 0 at the upper end of its interval."""
    change = context.general_answers
    if isinstance(change, NotMeasured):
        return change
    if change.high >= 0:
        return []
    evidence = (
        f"general instructions are answered worse than by the base model by {percentage_points(-change.difference)} "
        f"({-100 * change.high:.1f} to {-100 * change.low:.1f})"
    )
    cause = "train has too few instructions without tools (`general`), or is trained for too long"
    rows = -change.difference * len({one.id for one in results})
    return [Issue(rows, evidence, cause, command("add", "FILE"))]
