"""Run every diagnostic on the judged answers of a run: findings with number, cause and command. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.training.diagnostics.findings import Findings, findings_of
from winnow.training.diagnostics.tools import TOOL_DIAGNOSTICS
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.evaluation.tools.answer_results import AnswerResult


def diagnose_answers(results: Sequence[AnswerResult], context: AnswerContext) -> Findings:
    """Run every diagnostic; `results` are the judged answers on validation. Findings count its dialogues."""
    dialogues = len({one.id for one in results})
    return findings_of({one.__name__: one(results, context) for one in TOOL_DIAGNOSTICS}, dialogues)
