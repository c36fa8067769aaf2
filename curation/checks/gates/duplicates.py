"""Gate: share of train rows lost to dedup."""

from __future__ import annotations

from dataclasses import replace

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.vocabulary import ExclusionReason
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.lost_share import excluded_examples, measure_lost_share


def duplicates_gate(inputs: GateInputs) -> Gate:
    """Share of train rows lost to dedup: overall, by label and by source; with a note on what slots protect."""
    limits = inputs.task.gates.duplicates
    evidence = excluded_examples(inputs.final, ExclusionReason.DUPLICATE)
    if len(inputs.conflicts) and not inputs.dialogues:
        evidence.append(
            f"{counted(len(inputs.conflicts), 'near pair')} "
            f"{agreeing(len(inputs.conflicts), 'has', 'have')} different labels: a person decides, none is dropped"
        )
    gate = measure_lost_share(
        "duplicates",
        inputs.unleaked_train,
        inputs.train,
        share_max=limits.share_max,
        label_share_max=limits.label_share_max,
        by=("label", "sources"),
        evidence=evidence,
        fix=f"find out why rows repeat: {command('show', 'ID')}; or raise gates.duplicates in winnow.yaml",
    )
    return replace(gate, notes=tuple(inputs.slot_protection.notes()))
