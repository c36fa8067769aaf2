"""Gate: share of unlabeled log queries that train covers."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Bound
from winnow.curation.checks.coverage.traffic_novelty import UncoveredEstimate, estimate_uncovered
from winnow.curation.checks.coverage.traffic_similarity import TOO_SMALL
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_least, gate_not_measured
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import RECORD, Noun

NAME = "traffic_coverage"


def traffic_coverage_gate(inputs: GateInputs) -> Gate:
    """Share of unlabeled log queries whose label train has, weighted by frequency; see `TrafficCoverage`."""
    coverage = inputs.traffic_coverage
    weights = inputs.final["weight"].to_numpy()[coverage.traffic]
    share_min = inputs.task.gates.traffic_coverage.share_min
    noun = kind_of(inputs.task).noun
    if coverage.lacks_signal and len(weights):
        return gate_not_measured(
            NAME, share_min, coverage.why_not_measured, command("label-errors"), bound=Bound.AT_LEAST
        )
    if not isinstance(coverage.novelty, NotMeasured):
        estimate = estimate_uncovered(coverage.novelty, weights)
        if not isinstance(estimate, NotMeasured):
            return measure_novelty_gate(estimate, share_min, noun)
    return measure_traffic_gate(coverage.similarity.tolist(), weights.tolist(), coverage.near_cosine, share_min, noun)


def measure_novelty_gate(estimate: UncoveredEstimate, share_min: float, noun: Noun = RECORD) -> Gate:
    """The same from the estimated share of new queries, of which those that are called new by chance are taken off."""
    share = estimate.share
    evidence = [
        f"{share.value:.1%} of {estimate.queries:,} {noun.many} are of labels that train lacks ({share.low:.1%} to "
        f"{share.high:.1%})",
        f"{estimate.called:,} {noun.many} are called uncovered, {estimate.called / estimate.queries:.1%}; of known "
        f"{noun.many} {estimate.by_chance:.0%} are by chance, of new ones {estimate.sensitivity.value:.0%}",
    ]
    return at_least(NAME, round(1 - share.value, 4), share_min, evidence, _fix(noun))


def measure_traffic_gate(
    similarity: Sequence[float],
    frequency: Sequence[int],
    near_cosine: float | None,
    share_min: float,
    noun: Noun = RECORD,
) -> Gate:
    """The same from each record's `similarity` to its nearest train record and its `frequency`."""
    total = sum(frequency)
    if not total:
        return gate_not_measured(
            NAME, share_min, f"no unlabeled log {noun.one}", command("add", "FILE", origin="log"), bound=Bound.AT_LEAST
        )
    if near_cosine is None:
        return gate_not_measured(NAME, share_min, TOO_SMALL, command("add", "FILE"), bound=Bound.AT_LEAST)
    covered = sum(n for cosine, n in zip(similarity, frequency, strict=True) if cosine >= near_cosine)
    evidence = [
        f"{total - covered:,} of {total:,} {noun.many} have no train record at cosine {near_cosine:.3f} or above"
    ]
    return at_least(NAME, round(covered / total, 4), share_min, evidence, _fix(noun))


def _fix(noun: Noun) -> str:
    coverage, add = command("coverage"), command("add", "FILE")
    return f"{coverage}, which shows what they ask; then label such {noun.many}, or {add} with similar rows"
