"""Low fallback recall: out-of-scope queries get a label instead of the fallback."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.result import Measured, NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

FALLBACK_RECALL = 0.80
"""Threshold for the upper end of the interval. On CLINC150 the linear probe already reaches a recall of 0.82 when 5 %
of the in-scope queries may go to the fallback."""


def low_fallback_recall(measures: EvaluationFacts, context: RunContext) -> Issues:
    """The recall of the fallback is significantly below FALLBACK_RECALL."""
    measured = measures.out_of_scope
    if isinstance(measured, NotMeasured):
        return measured
    recall = measured.recall
    if recall.high >= FALLBACK_RECALL:
        return []
    evidence = (
        f"{recall.value:.3f} of {counted(recall.rows, 'out-of-scope row')} "
        f"{agreeing(recall.rows, 'goes', 'go')} to the fallback "
        f"({recall.low:.3f} to {recall.high:.3f})"
    )
    at_limit = measured.at_in_scope_loss
    if not isinstance(at_limit, NotMeasured) and isinstance(at_limit.recall, Measured):
        evidence += f"; {at_limit.recall.value:.3f} would if {at_limit.loss:.0%} of the in-scope rows went there too"
    cause = "train has too few out-of-scope queries, or too few kinds of them"
    return [Issue((1 - recall.value) * recall.rows, evidence, cause, command("generate negatives"))]
