"""Gate: share of unlabeled log queries that have a near train record."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_least, gate_not_measured
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import RECORD, Noun


def traffic_coverage_gate(inputs: GateInputs) -> Gate:
    """Share of unlabeled log queries that have a near train record, weighted by frequency."""
    coverage = inputs.traffic_coverage
    frequency = inputs.final["weight"].to_numpy()[coverage.traffic].tolist()
    share_min = inputs.task.gates.traffic_coverage.share_min
    noun = kind_of(inputs.task).noun
    return measure_traffic_gate(coverage.similarity.tolist(), frequency, coverage.near_cosine, share_min, noun)


def measure_traffic_gate(
    similarity: Sequence[float],
    frequency: Sequence[int],
    near_cosine: float | None,
    share_min: float,
    noun: Noun = RECORD,
) -> Gate:
    """The same from each record's `similarity` to its nearest train record and its `frequency`."""
    name, total = "traffic_coverage", sum(frequency)
    if not total:
        return gate_not_measured(name, share_min, f"no unlabeled log {noun.one}", command("add", "FILE", origin="log"))
    if near_cosine is None:
        why = "train is too small to measure which cosine counts as near"
        return gate_not_measured(name, share_min, why, command("add", "FILE"))
    covered = sum(n for cosine, n in zip(similarity, frequency, strict=True) if cosine >= near_cosine)
    evidence = [
        f"{total - covered:,} of {total:,} {noun.many} have no train record at cosine {near_cosine:.3f} or above"
    ]
    coverage, add = command("coverage"), command("add", "FILE")
    fix = f"{coverage}, which shows what they ask; then label such {noun.many}, or {add} with similar rows"
    return at_least(name, round(covered / total, 4), share_min, evidence, fix)
