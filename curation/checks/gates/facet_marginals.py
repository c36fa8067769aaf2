"""Gate: share of labels whose train rows are worded too much alike."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.wording.label_facets import MIN_LABEL_ROWS


def facet_marginals_gate(shortfalls: Sequence[str], labels_short: int, labels_judged: int, share_max: float) -> Gate:
    """Share of labels whose train rows are too much alike in a facet; `shortfalls` says which and how."""
    if not labels_judged:
        why = f"no label has {MIN_LABEL_ROWS} train rows yet"
        return gate_not_measured("facet_marginals", share_max, why, "winnow add FILE")
    fix = "winnow coverage, which plans the wordings that are missing; then winnow add FILE with such rows"
    share = round(labels_short / labels_judged, 4)
    return at_most("facet_marginals", share, share_max, shortfalls, fix, always=True)
