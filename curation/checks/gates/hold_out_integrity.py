"""Gate: hold-out is large enough, labeled by people or files, never synthetic, and shares no group or held-out tool."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.config.gate_settings import GATE_SETTINGS
from winnow.config.task import SplitsConfig
from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, HOLD_OUT_SPLITS, SPLITS, DecidedBy, Origin
from winnow.curation.checks.eligibility import held_out_records
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.curation.checks.held_out_counts import held_out_notes, measure_held_out_tools

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
    """Violations of "hold-out first" and of "no group spans two splits", with notes on small splits.

    Test rows of tools that are held out are not part of the share that a task states for test.
    """
    selected, task = inputs.selected, inputs.task
    held_out = held_out_records(selected, task)
    gate = measure_hold_out_integrity(selected, held_out)
    notes = small_split_notes(selected[~selected["id"].isin(held_out)], task.splits)
    facts = measure_held_out_tools(selected, task)
    return replace(gate, notes=(*notes, *(held_out_notes(facts, task) if facts else ())))


def small_split_notes(selected: pd.DataFrame, splits: SplitsConfig) -> list[str]:
    """The actual share of each hold-out split that is far below the share in the task, with that share.

    A split is assigned when a record is added, so the task may state another share now. Synthetic rows, which are never
    hold-out, do not count.
    """
    written = selected.loc[selected["origin"] != Origin.SYNTHETIC, "split"]
    total, stated = len(written), {split: getattr(splits, split) for split in HOLD_OUT_SPLITS}
    return [
        f"the {split} split has {count:,} of {counted(total, 'row')} that "
        f"{agreeing(total, 'is', 'are')} not synthetic ({count / total:.1%}), "
        f"less than half of splits.{split}, which is {stated[split]:.0%}"
        for split, count in written.value_counts().sort_index(ascending=False).items()
        if split in stated and count < SMALL_PART * stated[split] * total
    ]


def measure_hold_out_integrity(selected: pd.DataFrame, held_out: Collection[str] = frozenset()) -> Gate:
    """The same from the selected rows; no violation is allowed, and no split may be empty or too small to measure.

    `held_out` are the ids of the records that only test may hold.
    """
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
    unseen = selected["id"].isin(held_out) & (selected["split"] != "test")
    problems += [
        f"record {i} in {s} calls a held-out tool" for i, s in selected.loc[unseen, ["id", "split"]].to_numpy()
    ]
    fix = f"{command('add', 'FILE')}: labeled rows without an official split, so that some are assigned to every split"
    return at_most("hold_out_integrity", len(problems), 0, problems, fix)


def _too_small(selected: pd.DataFrame) -> list[str]:
    """Hold-out splits with too small a share of the rows, whatever `splits` or an official split made them so."""
    rows = selected["split"].value_counts()
    return [
        f"the {split} split has {rows[split]:,} of {counted(len(selected), 'row')}, less than {least:.0%}"
        for split, least in SMALLEST_SHARE.items()
        if split in rows and rows[split] < min(ROWS_ENOUGH, least * len(selected))
    ]
