"""Gate: hold-out is labeled by people or files, never synthetic, and no group spans two splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def hold_out_integrity_gate(selected: pd.DataFrame) -> Gate:
    """Breaches of rule 1 and of "no group spans two splits"; none is allowed, and no split may be empty."""
    if selected.empty:
        return gate_not_measured("hold_out_integrity", 0, "no labeled record yet", "winnow add FILE")
    problems = [
        f"the {split} split is empty"
        for split in ("train", "validation", "test")
        if split not in set(selected["split"])
    ]
    spans = selected.groupby("group", sort=True)["split"].nunique()
    problems += [f"group {group} spans {n} splits" for group, n in spans[spans > 1].items()]
    hold_out = selected[selected["split"] != "train"]
    problems += [
        f"record {i} in {s} is synthetic"
        for i, s in hold_out.loc[hold_out["origin"] == "synthetic", ["id", "split"]].to_numpy()
    ]
    machine = ~hold_out["decided_by"].isin(["adjudicator", "agreement", "person", "file"])
    problems += [
        f"record {i} in {s} was labeled by no person and no file"
        for i, s in hold_out.loc[machine, ["id", "split"]].to_numpy()
    ]
    wrong_split = hold_out.loc[hold_out["split"] != hold_out["assigned_split"], ["id", "split", "assigned_split"]]
    problems += [f"record {i} is exported as {s} but reserved for {r}" for i, s, r in wrong_split.to_numpy()]
    fix = "winnow add FILE: labeled rows without an official split, so that some are drawn for every split"
    return at_most("hold_out_integrity", len(problems), 0, problems, fix)
