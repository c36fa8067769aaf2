"""Gate: share of train rows lost because they repeat a hold-out row."""

from __future__ import annotations

from dataclasses import replace

from winnow.core.commands import command
from winnow.core.vocabulary import ExclusionReason
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.lost_share import excluded_examples, measure_lost_share

WAIVE = command("waive leakage", by="NAME", reason="WHY", until="DATE")


def leakage_gate(inputs: GateInputs) -> Gate:
    """Share of train rows that repeat a hold-out row and are excluded: overall and by label."""
    limits = inputs.task.gates.leakage
    gate = measure_lost_share(
        "leakage",
        inputs.eligible_train,
        inputs.unleaked_train,
        share_max=limits.share_max,
        label_share_max=limits.label_share_max,
        by=("label",),
        evidence=excluded_examples(inputs.final, ExclusionReason.LEAKAGE),
        fix=f"add rows with different wording; or {WAIVE}",
    )
    return replace(gate, notes=tuple(inputs.selection.leaks.notes()))
