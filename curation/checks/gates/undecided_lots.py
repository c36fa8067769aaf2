"""Gate: synthetic rows that neither a person nor an accepted lot decided, and the share of machine-labeled rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, DecidedBy
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.curation.checks.machine_labeled import machine_labeled_note

if TYPE_CHECKING:
    import pandas as pd


LOT_DECIDERS = (*DECIDED_BY_PEOPLE, DecidedBy.LOT.value)


def undecided_lots_gate(inputs: GateInputs) -> Gate:
    """Synthetic rows in the selection that neither a person nor an accepted lot decided; none is allowed."""
    waiting = int((inputs.final["state"] == "proposed").sum())
    return measure_undecided_lots(inputs.selected, waiting, note=machine_labeled_note(inputs.train))


def measure_undecided_lots(selected: pd.DataFrame, proposed_count: int, *, note: str = "") -> Gate:
    """The same from the selected rows; `proposed_count` records await review and are not among them."""
    if not proposed_count and not note and not (selected["origin"] == "synthetic").any():
        return gate_not_measured("undecided_lots", 0, "no lot", "")
    undecided = selected[(selected["origin"] == "synthetic") & ~selected["decided_by"].isin(LOT_DECIDERS)]
    evidence = [f"record {i} is synthetic, and neither a person nor a lot decided it" for i in undecided["id"]]
    if proposed_count:
        evidence.append(
            f"{counted(proposed_count, 'record')} {agreeing(proposed_count, 'waits', 'wait')} for the verdict on "
            f"{agreeing(proposed_count, 'its', 'their')} lot and {agreeing(proposed_count, 'is', 'are')} not exported"
        )
    fix = f"{command('push review')}, then {command('pull')}"
    gate = at_most("undecided_lots", len(undecided), 0, evidence, fix, always=True)
    return replace(gate, notes=(note,)) if note else gate
