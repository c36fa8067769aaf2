"""What each gate is measured on: a number without its population says little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import State
from winnow.curation.checks.gate_inputs import GateInputs, separate_targets
from winnow.curation.checks.gates.gate import Gate
from winnow.validators.kinds import kind_of
from winnow.validators.wording.label_facets import MIN_LABEL_ROWS


def _selected(inputs: GateInputs) -> str:
    return counted(len(inputs.selected), "selected row")


def _train(inputs: GateInputs) -> str:
    return counted(len(inputs.train), "train row")


def _before_leakage(inputs: GateInputs) -> str:
    return counted(len(inputs.eligible_train), "train row")


def _before_dedup(inputs: GateInputs) -> str:
    return f"{counted(len(inputs.unleaked_train), 'train row')} without leaks"


def _listed_labels(inputs: GateInputs) -> str:
    return f"{counted(len(kind_of(inputs.task).targets(inputs.task)), 'label')}, {_train(inputs)}"


def _labels_in_train(inputs: GateInputs) -> str:
    labels = separate_targets(inputs.train["label"], kind_of(inputs.task))
    return f"{counted(labels[labels != inputs.task.fallback].nunique(), 'label')}, {_train(inputs)}"


def _judged_labels(inputs: GateInputs) -> str:
    return f"{counted(inputs.marginals.judged(), 'label')} with {MIN_LABEL_ROWS} or more train rows"


def _labeled(inputs: GateInputs) -> str:
    count = int(inputs.final["state"].isin([State.LABELED, State.DISPUTED]).sum())
    return counted(count, "labeled or disputed record")


def _audited(inputs: GateInputs) -> str:
    audited = inputs.label_accuracy.audited if inputs.label_accuracy else 0
    return counted(audited, "audited label from a file", "audited labels from files")


def _active(inputs: GateInputs) -> str:
    return counted(int((inputs.final["state"] != State.SUPERSEDED).sum()), "active record")


def _traffic(inputs: GateInputs) -> str:
    queries = int(inputs.final["weight"].to_numpy()[inputs.traffic_coverage.traffic].sum())
    noun = kind_of(inputs.task).noun
    return f"{queries:,} unlabeled log {noun.one if queries == 1 else noun.many}"


POPULATIONS: Mapping[str, Callable[[GateInputs], str]] = {
    "duplicates": _before_dedup,
    "leakage": _before_leakage,
    "disputed": _labeled,
    "label_accuracy": _audited,
    "minimum_per_label": _listed_labels,
    "label_balance": _labels_in_train,
    "facet_marginals": _judged_labels,
    "fallback_share": _train,
    "synthetic_share": _train,
    "mix": _train,
    "traffic_coverage": _traffic,
    "private_data": _active,
    "answer_style": _train,
}
"""What a gate is measured on, in words; the selected rows for the others."""


def with_population(gate: Gate, inputs: GateInputs) -> Gate:
    """The gate with what it was measured on, if it was measured."""
    if isinstance(gate.measured, NotMeasured):
        return gate
    return replace(gate, population=POPULATIONS.get(gate.name, _selected)(inputs))
