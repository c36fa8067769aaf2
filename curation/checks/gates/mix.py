"""Gate: train's composition by origin and source against targets.mix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import NO_TRAIN_ROW, Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def mix_gate(inputs: GateInputs) -> Gate:
    """How far train's composition is outside the bounds of `targets.mix`, for the worst entry."""
    return measure_mix(_train_shares(inputs.train, inputs.sources), inputs.task.targets.mix)


def measure_mix(shares: Mapping[str, float], bounds: Mapping[str, tuple[float, float]]) -> Gate:
    """The same from the `shares` of origins and source files in train; what is missing there counts as 0."""
    if not bounds:
        return gate_not_measured("mix", 0, "winnow.yaml sets no targets.mix", "")
    if not shares:
        return gate_not_measured("mix", 0, NO_TRAIN_ROW, command("add", "FILE"))
    measured = {name: shares.get(name, 0.0) for name in bounds}
    outside = {name: max(low - measured[name], measured[name] - high, 0.0) for name, (low, high) in bounds.items()}
    evidence = [
        f"{name} is {measured[name]:.1%} of train, the target is {low:.0%} to {high:.0%}"
        for name, (low, high) in bounds.items()
    ]
    worst = max(outside, key=lambda name: outside[name])
    change = "more" if measured[worst] < bounds[worst][0] else "less"
    fix = f"{command('add', 'FILE')}, so that train has {change} of {worst}; or set targets.mix in winnow.yaml"
    return at_most("mix", round(max(outside.values()), 4), 0, evidence, fix, always=True)


def _train_shares(train: pd.DataFrame, sources: Mapping[str, str]) -> dict[str, float]:
    """Share of train by origin and by source file; a record of two files counts in both."""
    names = [sorted({sources.get(source, source) for source in shown}) for shown in train["sources"]]
    counts = Counter([*train["origin"], *(name for shown in names for name in shown)])
    return {name: count / len(train) for name, count in counts.items()}
