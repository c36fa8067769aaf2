"""Gate: share of disputed records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def disputed_gate(inputs: GateInputs) -> Gate:
    """Share of disputed records among those with a label or a dispute.

    Dialogues with equal user turns, results and tools and different answers are in dispute, too.
    """
    states = inputs.final["state"]
    pairs = Counter(inputs.final.loc[states == "disputed", "candidates"])
    if inputs.dialogues:
        left, right = inputs.conflicts["left"], inputs.conflicts["right"]
        states = states.mask(inputs.final["id"].isin({*left, *right}), "disputed")
        named = {
            record: f"{label} ({record})"
            for record, label in zip(inputs.final["id"], inputs.final["label"], strict=True)
        }
        pairs.update((named[one], named[other]) for one, other in zip(left, right, strict=True))
    return measure_disputed(states, pairs, inputs.task.gates.disputed.share_max)


def measure_disputed(states: pd.Series[str], pairs: Mapping[tuple[str, ...], int], share_max: float) -> Gate:
    """The same from the states of all records; `pairs` counts disputes by their labels."""
    labeled, disputed_count = int((states == "labeled").sum()), int((states == "disputed").sum())
    if labeled + disputed_count == 0:
        return gate_not_measured("disputed", share_max, "no labeled record yet", command("add", "FILE"))
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    evidence = [f"{counted(count, 'text')} labeled both {' and '.join(labels)}" for labels, count in ranked]
    fix = f"correct the labels in the source file, then {command('retract', 'SOURCE')} and {command('add', 'FILE')}"
    share = round(disputed_count / (labeled + disputed_count), 4)
    return at_most("disputed", share, share_max, evidence, fix, always=True)
