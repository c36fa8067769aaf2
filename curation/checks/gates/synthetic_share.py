"""Gate: share of synthetic rows in train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import NO_TRAIN_ROW, Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def synthetic_share_gate(inputs: GateInputs) -> Gate:
    """Share of synthetic rows in train."""
    return measure_synthetic_share(inputs.train["origin"], inputs.task.targets.synthetic_share_max)


def measure_synthetic_share(train_origins: pd.Series[str], share_max: float) -> Gate:
    """The same from the origins of the train rows."""
    if train_origins.empty:
        return gate_not_measured("synthetic_share", share_max, NO_TRAIN_ROW, command("add", "FILE"))
    share = round(float((train_origins == "synthetic").mean()), 4)
    return at_most("synthetic_share", share, share_max, [], f"{command('add', 'FILE')} with rows that people wrote")
