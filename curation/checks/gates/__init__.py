"""The gates, one file each; the lists here have them in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.vocabulary import State
from winnow.curation.checks.chat_template.render_records import NO_BASE_MODEL
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.answer_style import answer_style_gate
from winnow.curation.checks.gates.audited_labels import label_accuracy_gate
from winnow.curation.checks.gates.call_format import call_format_gate
from winnow.curation.checks.gates.chat_template import chat_template_gate
from winnow.curation.checks.gates.composition import composition_gate
from winnow.curation.checks.gates.disputed import disputed_gate
from winnow.curation.checks.gates.duplicates import duplicates_gate
from winnow.curation.checks.gates.facet_marginals import facet_marginals_gate
from winnow.curation.checks.gates.fallback_share import fallback_share_gate
from winnow.curation.checks.gates.gate import NO_TRAIN_ROW, Gate, gate_not_measured
from winnow.curation.checks.gates.grounding import grounding_gate
from winnow.curation.checks.gates.hold_out_integrity import hold_out_integrity_gate
from winnow.curation.checks.gates.label_balance import label_balance_gate
from winnow.curation.checks.gates.leakage import leakage_gate
from winnow.curation.checks.gates.licenses import licenses_gate
from winnow.curation.checks.gates.minimum_per_label import minimum_per_label_gate
from winnow.curation.checks.gates.mix import mix_gate
from winnow.curation.checks.gates.populations import with_population
from winnow.curation.checks.gates.private_data import private_data_gate
from winnow.curation.checks.gates.schema import schema_gate
from winnow.curation.checks.gates.synthetic_share import synthetic_share_gate
from winnow.curation.checks.gates.traffic_coverage import traffic_coverage_gate
from winnow.curation.checks.gates.undecided_lots import undecided_lots_gate

GATES_OF_EVERY_KIND: dict[str, Callable[[GateInputs], Gate]] = {
    "schema": schema_gate,
    "hold_out_integrity": hold_out_integrity_gate,
    "duplicates": duplicates_gate,
    "leakage": leakage_gate,
    "disputed": disputed_gate,
    "label_accuracy": label_accuracy_gate,
    "minimum_per_label": minimum_per_label_gate,
    "label_balance": label_balance_gate,
    "facet_marginals": facet_marginals_gate,
    "fallback_share": fallback_share_gate,
    "synthetic_share": synthetic_share_gate,
    "mix": mix_gate,
    "traffic_coverage": traffic_coverage_gate,
    "undecided_lots": undecided_lots_gate,
    "licenses": licenses_gate,
    "private_data": private_data_gate,
}
"""The gates that every kind of task has. A new gate is one file and one entry, here or below."""

GATES_OF_KINDS: dict[str, dict[str, Callable[[GateInputs], Gate]]] = {
    "tools": {
        "call_format": call_format_gate,
        "grounding": grounding_gate,
        "answer_style": answer_style_gate,
        "composition": composition_gate,
    },
}
"""The gates of single kinds, by the kind's name."""

GATES_WITH_BASE_MODEL: dict[str, Callable[[GateInputs], Gate]] = {"chat_template": chat_template_gate}
"""The gates that are measured only for a named base model."""

GATES: dict[str, Callable[[GateInputs], Gate]] = (
    GATES_OF_EVERY_KIND
    | {name: gate for gates in GATES_OF_KINDS.values() for name, gate in gates.items()}
    | GATES_WITH_BASE_MODEL
)
"""Every gate by its name."""

NOT_WAIVABLE = ("schema", "hold_out_integrity", "undecided_lots", "call_format")
"""Gates that no waiver covers (design rule 7)."""


def measure_gates(inputs: GateInputs) -> list[Gate]:
    """Every gate of the task's kind, in the order in which they are shown."""
    gates = GATES_OF_EVERY_KIND | GATES_OF_KINDS.get(inputs.task.kind, {})
    if inputs.rendered != NO_BASE_MODEL:
        gates |= GATES_WITH_BASE_MODEL
    return [_without_train(with_population(gate(inputs), inputs), inputs) for gate in gates.values()]


def _without_train(gate: Gate, inputs: GateInputs) -> Gate:
    """The gate with what is missing where there are records, but none of them is a train row: labels, or new rows."""
    if gate.evidence != (NO_TRAIN_ROW,) or inputs.final.empty:
        return gate
    labeled = int((inputs.final["state"] == State.LABELED).sum())
    if labeled:
        why = f"no train row is left of {counted(labeled, 'labeled record')}"
        fix = f"{command('add', 'FILE')}; excluded.csv, written by `{command('check')}`, says why each row is left out"
    else:
        why = f"no labeled train row yet: {counted(len(inputs.final), 'record')} without a label"
        fix = f"label records; `{command('status')}` says how"
    return gate_not_measured(gate.name, gate.threshold, why, fix, bound=gate.bound)
