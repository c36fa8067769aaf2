"""Gate: share of disputed records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def disputed_label_pairs(table: pd.DataFrame) -> dict[tuple[str, ...], int]:
    return dict(Counter(table.loc[table["state"] == "disputed", "candidates"]))


def disputed_gate(states: pd.Series[str], pairs: Mapping[tuple[str, ...], int], share_max: float) -> Gate:
    """Share of disputed records among those with a label or a dispute. `pairs` counts disputes by their labels."""
    labeled, disputed_count = int((states == "labeled").sum()), int((states == "disputed").sum())
    if labeled + disputed_count == 0:
        return gate_not_measured("disputed", share_max, "no labeled record yet", "winnow add FILE")
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    evidence = [f"{' and '.join(labels)}: {count} texts under both" for labels, count in ranked]
    fix = "mend the labels in the source file, then winnow retract SOURCE and winnow add FILE"
    return at_most(
        "disputed", round(disputed_count / (labeled + disputed_count), 4), share_max, evidence, fix, always=True
    )
