"""Gate: hold-out is labeled by people or files, never synthetic, and no group spans two splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, SPLITS, DecidedBy
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


HOLD_OUT_DECIDERS = (*DECIDED_BY_PEOPLE, DecidedBy.FILE.value)


def hold_out_integrity_gate(inputs: GateInputs) -> Gate:
    """Violations of "hold-out first" and of "no group spans two splits"."""
    return measure_hold_out_integrity(inputs.selected)


def measure_hold_out_integrity(selected: pd.DataFrame) -> Gate:
    """The same from the selected rows; no violation is allowed, and no split may be empty."""
    if selected.empty:
        return gate_not_measured("hold_out_integrity", 0, "no labeled record yet", command("add", "FILE"))
    problems = [f"the {split} split is empty" for split in SPLITS if split not in set(selected["split"])]
    spans = selected.groupby("group", sort=True)["split"].nunique()
    problems += [f"group {group} spans {n} splits" for group, n in spans[spans > 1].items()]
    hold_out = selected[selected["split"] != "train"]
    problems += [
        f"record {i} in {s} is synthetic"
        for i, s in hold_out.loc[hold_out["origin"] == "synthetic", ["id", "split"]].to_numpy()
    ]
    machine = ~hold_out["decided_by"].isin(HOLD_OUT_DECIDERS)
    problems += [
        f"record {i} in {s} was labeled by neither a person nor a file"
        for i, s in hold_out.loc[machine, ["id", "split"]].to_numpy()
    ]
    wrong_split = hold_out.loc[hold_out["split"] != hold_out["assigned_split"], ["id", "split", "assigned_split"]]
    problems += [f"record {i} is exported as {s}, but its assigned split is {a}" for i, s, a in wrong_split.to_numpy()]
    fix = f"{command('add', 'FILE')}: labeled rows without an official split, so that some are assigned to every split"
    return at_most("hold_out_integrity", len(problems), 0, problems, fix)
