"""Gate: train's composition by origin and source against targets.mix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def train_shares(train: pd.DataFrame, sources: Mapping[str, str]) -> dict[str, float]:
    """Share of train by origin, and by the source files that show it; a record of two files counts in both."""
    names = [sorted({sources.get(source, source) for source in shown}) for shown in train["sources"]]
    counts = Counter([*train["origin"], *(name for shown in names for name in shown)])
    return {name: count / len(train) for name, count in counts.items()}


def mix_gate(shares: Mapping[str, float], wanted: Mapping[str, tuple[float, float]]) -> Gate:
    """How far train's composition lies outside of what `targets.mix` allows, at its worst.

    `shares` are those of origins and of source files in train; what has none counts as 0.
    """
    if not wanted:
        return gate_not_measured("mix", 0, "winnow.yaml sets no targets.mix", "")
    if not shares:
        return gate_not_measured("mix", 0, "no train row yet", "winnow add FILE")
    own = {name: shares.get(name, 0.0) for name in wanted}
    outside = {name: max(low - own[name], own[name] - high, 0.0) for name, (low, high) in wanted.items()}
    evidence = [
        f"{name} has {own[name]:.1%} of train, wanted {low:.0%} to {high:.0%}" for name, (low, high) in wanted.items()
    ]
    worst = max(outside, key=lambda name: outside[name])
    want = "more" if own[worst] < wanted[worst][0] else "less"
    fix = f"winnow add FILE, so that train holds {want} of {worst}; or set targets.mix in winnow.yaml"
    return at_most("mix", round(max(outside.values()), 4), 0, evidence, fix, always=True)
