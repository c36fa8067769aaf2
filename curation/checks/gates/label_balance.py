"""Gate: largest to smallest label in train; it warns and does not fail, because traffic can be as uneven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.curation.checks.gate_inputs import GateInputs, separate_targets
from winnow.curation.checks.gates.gate import NO_TRAIN_ROW, Gate, as_warning, at_most, gate_not_measured
from winnow.validators.kinds import kind_of
from winnow.validators.stats.effective_number import effective_number

if TYPE_CHECKING:
    import pandas as pd


def label_balance_gate(inputs: GateInputs) -> Gate:
    """Ratio of the largest train label to the smallest one that has rows, the fallback excluded."""
    task = inputs.task
    labels = separate_targets(inputs.train["label"], kind_of(task))
    return measure_label_balance(labels, task.fallback, task.gates.label_balance.ratio_max)


def measure_label_balance(train: pd.Series[str], fallback: str | None, ratio_max: float) -> Gate:
    """The same from the labels of train."""
    counts = train[train != fallback].value_counts()
    if counts.empty:
        return gate_not_measured("label_balance", ratio_max, NO_TRAIN_ROW, command("add", "FILE"))
    ratio = round(float(counts.iloc[0] / counts.iloc[-1]), 2)
    extremes = f"{counts.index[0]} has {counts.iloc[0]} train rows, {counts.index[-1]} has {counts.iloc[-1]}"
    evenness = f"diversity {effective_number(counts.tolist()):.3g} of {counted(len(counts), 'label')}, by entropy"
    evidence = [extremes, evenness]
    fix = f"{command('add', 'FILE')} with rows for {counts.index[-1]}, unless users ask for it as seldom"
    return as_warning(at_most("label_balance", ratio, ratio_max, evidence, fix, always=True))
