"""Gate: synthetic rows that neither a person nor an accepted lot decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


LOT_DECIDERS = ("adjudicator", "agreement", "person", "lot")


def undecided_lots_gate(selected: pd.DataFrame, undecided_count: int) -> Gate:
    """Synthetic rows in the selection that no person decided; none is allowed. `waiting` records are left out."""
    if not undecided_count and not (selected["origin"] == "synthetic").any():
        return gate_not_measured("undecided_lots", 0, "no synthetic record", "")
    undecided = selected[(selected["origin"] == "synthetic") & ~selected["decided_by"].isin(LOT_DECIDERS)]
    evidence = [f"record {i} is synthetic, and neither a person nor a lot decided it" for i in undecided["id"]]
    if undecided_count:
        evidence.append(f"{undecided_count:,} synthetic records wait for review and are left out")
    fix = "winnow push review, then winnow pull"
    return at_most("undecided_lots", len(undecided), 0, evidence, fix, always=True)
