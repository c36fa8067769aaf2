"""Gate: hold-out is large enough, labeled by people or files, never synthetic, and no group spans two splits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.config.gate_settings import GATE_SETTINGS
from winnow.config.task import SplitsConfig
from winnow.core.commands import command
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, HOLD_OUT_SPLITS, SPLITS, DecidedBy, Origin
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


HOLD_OUT_DECIDERS = (*DECIDED_BY_PEOPLE, DecidedBy.FILE.value)


SMALLEST_SHARE = {
    one.setting.removeprefix("splits."): one.limit for one in GATE_SETTINGS if one.setting.startswith("splits.")
}
"""The smallest share of the selected rows that each hold-out split may have, 0 to 1: the limit of `splits`."""

ROWS_ENOUGH = 1000
"""A split of that many rows may be a smaller share: a proportion measured on it is known to 3.1 points (95%)."""


SMALL_PART = 0.5
"""A split with less than this part of the share that the task states is noted. Chosen by us: the quotas of few rows
are rounded, and official splits are often smaller than the default."""


def hold_out_integrity_gate(inputs: GateInputs) -> Gate:
    """Violations of "hold-out first" and of "no group spans two splits", with notes on small splits."""
    gate = measure_hold_out_integrity(inputs.selected)
    return replace(gate, notes=tuple(small_split_notes(inputs.selected, inputs.task.splits)))


def small_split_notes(selected: pd.DataFrame, splits: SplitsConfig) -> list[str]:
    """The actual share of each hold-out split that is far below the share in the task, with that share.

    A split is assigned when a record is added, so the task may state another share now. Synthetic rows, which are never
    hold-out, do not count.
    """
    written = selected.loc[selected["origin"] != Origin.SYNTHETIC, "split"]
    total, stated = len(written), {split: getattr(splits, split) for split in HOLD_OUT_SPLITS}
    return [
        f"the {split} split has {count:,} of {total:,} rows that are not synthetic ({count / total:.1%}), "
        f"less than half of splits.{split}, which is {stated[split]:.0%}"
        for split, count in written.value_counts().sort_index(ascending=False).items()
        if split in stated and count < SMALL_PART * stated[split] * total
    ]


def measure_hold_out_integrity(selected: pd.DataFrame) -> Gate:
    """The same from the selected rows; no violation is allowed, and no split may be empty or too small to measure."""
    if selected.empty:
        return gate_not_measured("hold_out_integrity", 0, "no labeled record yet", command("add", "FILE"))
    problems = [f"the {split} split is empty" for split in SPLITS if split not in set(selected["split"])]
    problems += _too_small(selected)
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


def _too_small(selected: pd.DataFrame) -> list[str]:
    """Hold-out splits with too small a share of the rows, whatever `splits` or an official split made them so."""
    rows = selected["split"].value_counts()
    return [
        f"the {split} split has {rows[split]:,} of {len(selected):,} rows, less than {least:.0%}"
        for split, least in SMALLEST_SHARE.items()
        if split in rows and rows[split] < min(ROWS_ENOUGH, least * len(selected))
    ]
