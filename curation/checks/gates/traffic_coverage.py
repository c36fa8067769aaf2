"""Gate: share of unlabeled log queries that have a near train record."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.curation.checks.gates.gate import Gate, at_least, gate_not_measured


def traffic_coverage_gate(
    similarity: Sequence[float], seen: Sequence[int], near: float | None, share_min: float
) -> Gate:
    """Share of unlabeled log queries whose nearest train record is at least `near`, weighted by how often `seen`."""
    name, total = "traffic_coverage", sum(seen)
    if not total:
        return gate_not_measured(name, share_min, "no unlabeled log query", "winnow add FILE --origin log")
    if near is None:
        return gate_not_measured(name, share_min, "train is too small to say what near is", "winnow add FILE")
    covered = sum(n for cosine, n in zip(similarity, seen, strict=True) if cosine >= near)
    evidence = [f"{total - covered:,} of {total:,} queries have no train record at cosine {near:.3f} or above"]
    fix = "winnow coverage, which shows what they ask; then label such queries, or winnow add FILE with rows like them"
    return at_least(name, round(covered / total, 4), share_min, evidence, fix)
