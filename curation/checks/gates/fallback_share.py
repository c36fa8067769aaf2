"""Gate: share of the fallback label in train."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.vocabulary import Bound
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import NO_TRAIN_ROW, Gate, at_least, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def fallback_share_gate(inputs: GateInputs) -> Gate:
    """Share of the fallback label in train, which must lie within `targets.fallback_share`."""
    task = inputs.task
    return measure_fallback_share(inputs.train["label"], task.fallback, task.targets.fallback_share)


def measure_fallback_share(train: pd.Series[str], fallback: str | None, bounds: tuple[float, float]) -> Gate:
    """The same from the labels of train; the threshold shown is the nearer bound."""
    low, high = bounds
    if fallback is None:
        return gate_not_measured("fallback_share", low, "the task has no fallback label", "", bound=Bound.AT_LEAST)
    if train.empty:
        return gate_not_measured("fallback_share", low, NO_TRAIN_ROW, command("add", "FILE"), bound=Bound.AT_LEAST)
    share = round(float((train == fallback).mean()), 4)
    found = f"{fallback} has {int((train == fallback).sum())} of {counted(len(train), 'train row')}"
    evidence = [f"{found}; the share may be {low:g} to {high:g}"]
    add = command("add", "FILE")
    if share - low < high - share:
        missing = math.ceil((low * len(train) - (train == fallback).sum()) / (1 - low)) if low < 1 else len(train)
        fix = f"{add} with {missing} or more out-of-scope rows; or set targets.fallback_share in winnow.yaml"
        return at_least("fallback_share", share, low, evidence, fix)
    fix = f"{add} with rows of the other labels; or set targets.fallback_share in winnow.yaml"
    return at_most("fallback_share", share, high, evidence, fix, always=True)
