"""Gate: share of synthetic rows in train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def synthetic_share_gate(train_origins: pd.Series[str], share_max: float) -> Gate:
    """Share of synthetic rows in train."""
    if train_origins.empty:
        return gate_not_measured("synthetic_share", share_max, "no train row yet", "winnow add FILE")
    share = round(float((train_origins == "synthetic").mean()), 4)
    return at_most("synthetic_share", share, share_max, [], "winnow add FILE with rows that people wrote")
