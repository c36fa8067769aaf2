"""The result of evaluating a run that calls tools."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.curation.releases.release import Release
from winnow.training.diagnostics.findings import Findings
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.runs import Run


@dataclass(frozen=True)
class ToolEvaluation:
    """A run's judged answers on one split."""

    run: Run
    release: Release
    split: str
    measures: ToolEvaluationFacts
    results: list[AnswerResult]
    findings: Findings | None = None
    """What is wrong with the run, on validation; None on other splits, by which nothing is chosen."""
