"""How long a run takes for one query, as far as it was measured."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.evaluation.latency import LATENCY_FILE, stored_latency
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.select_candidate import EvaluatedRun
from winnow.training.run_facts import LinearRunFacts

AS_FAST_AS_ENCODER = NotMeasured("an encoder computes the same embeddings, so that fine-tuning makes nothing faster")


def baseline_p95(untuned: EvaluatedRun | None) -> SourcedValue:
    """Milliseconds of the system that is not fine-tuned; no question for `linear`, which no method is faster than."""
    if untuned is None:
        return SourcedValue(NotMeasured("no run is without fine-tuning"), command("runs"))
    if isinstance(untuned.run.facts, LinearRunFacts):
        return SourcedValue(AS_FAST_AS_ENCODER, untuned.run.id)
    return _p95_ms(untuned)


def candidate_p95(candidate: EvaluatedRun | None) -> SourcedValue:
    """Milliseconds of the candidate."""
    if candidate is None:
        return SourcedValue(NotMeasured("there is no candidate"), command("runs"))
    return _p95_ms(candidate)


def _p95_ms(evaluated: EvaluatedRun) -> SourcedValue:
    latency = stored_latency(evaluated.run)
    value = latency if isinstance(latency, NotMeasured) else 1000 * latency.p95_seconds
    return SourcedValue(value, f"{LATENCY_FILE} of {evaluated.run.id}, one query at a time")
