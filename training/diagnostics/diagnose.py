"""Run every diagnostic on an evaluation: findings with number, cause and command. Pure."""

from __future__ import annotations

from winnow.core.result import NotMeasured
from winnow.training.diagnostics import DIAGNOSTICS
from winnow.training.diagnostics.findings import Findings, findings_of
from winnow.training.diagnostics.issue import RunContext
from winnow.training.diagnostics.no_signal import no_signal
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

WITHOUT_SIGNAL = NotMeasured("the labels carry no signal, so nothing else that the run shows means anything")


def diagnose(measures: EvaluationFacts, context: RunContext) -> Findings:
    """Run every diagnostic; `measures` is what `evaluate` stored for validation.

    Where the labels carry no signal, that is all there is to find.
    """
    first = no_signal(measures, context)
    others = [one for one in DIAGNOSTICS if one is not no_signal]
    is_missing = not isinstance(first, NotMeasured) and bool(first)
    results = {one.__name__: WITHOUT_SIGNAL if is_missing else one(measures, context) for one in others}
    return findings_of({no_signal.__name__: first, **results}, measures.rows)
