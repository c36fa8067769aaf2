"""Run every diagnostic on an evaluation: findings with number, cause and command. Pure."""

from __future__ import annotations

from winnow.training.diagnostics import DIAGNOSTICS
from winnow.training.diagnostics.findings import Findings, findings_of
from winnow.training.diagnostics.issue import RunContext
from winnow.training.evaluation.evaluation_facts import EvaluationFacts


def diagnose(measures: EvaluationFacts, context: RunContext) -> Findings:
    """Run every diagnostic; `measures` is what `evaluate` stored for validation."""
    return findings_of({one.__name__: one(measures, context) for one in DIAGNOSTICS}, measures.rows)
