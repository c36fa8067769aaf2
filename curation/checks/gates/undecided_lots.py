"""Gate: synthetic rows that neither a person nor an accepted lot decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, DecidedBy
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


LOT_DECIDERS = (*DECIDED_BY_PEOPLE, DecidedBy.LOT.value)


def undecided_lots_gate(inputs: GateInputs) -> Gate:
    """Synthetic rows in the selection that neither a person nor an accepted lot decided; none is allowed."""
    return measure_undecided_lots(inputs.selected, int((inputs.final["state"] == "proposed").sum()))


def measure_undecided_lots(selected: pd.DataFrame, proposed_count: int) -> Gate:
    """The same from the selected rows; `proposed_count` records await review and are not among them."""
    if not proposed_count and not (selected["origin"] == "synthetic").any():
        return gate_not_measured("undecided_lots", 0, "no synthetic record", "")
    undecided = selected[(selected["origin"] == "synthetic") & ~selected["decided_by"].isin(LOT_DECIDERS)]
    evidence = [f"record {i} is synthetic, and neither a person nor a lot decided it" for i in undecided["id"]]
    if proposed_count:
        evidence.append(f"{proposed_count:,} synthetic records await review and are not exported")
    fix = f"{command('push review')}, then {command('pull')}"
    return at_most("undecided_lots", len(undecided), 0, evidence, fix, always=True)
