"""Gate: how many of the labels from files are right at least, as the audit by people measured it."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.vocabulary import Bound
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_least, gate_not_measured
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.validators.stats.intervals import wilson_bounds


def label_accuracy_gate(inputs: GateInputs) -> Gate:
    """The lower bound of the accuracy of labels from files; not measured without an audit."""
    return measure_audited_labels(inputs.label_accuracy, inputs.task.gates.label_accuracy.lower_bound_min)


def measure_audited_labels(found: LabelAccuracy | None, least: float) -> Gate:
    """The same from what the audit found: the lower end of its 95 % Wilson interval."""
    if found is None:
        why = f"no label from a file was audited; `{command('push audit')}` asks people about a random sample"
        return gate_not_measured("label_accuracy", least, why, "", bound=Bound.AT_LEAST)
    evidence = [
        f"{found.right:,} of {counted(found.audited, 'audited label')} are right: {found.share:.1%} "
        f"({found.low:.1%} to {found.high:.1%})"
    ]
    return at_least("label_accuracy", round(found.low, 4), least, evidence, _fix(found, least))


def _fix(found: LabelAccuracy, least: float) -> str:
    """More answers where they can still prove it at the rate that was found, else better labels."""
    needed = _answers_needed(found, least)
    if needed is None:
        relabel = f"correct the labels that {command('label-errors')} lists, or {command('push relabel')}"
        return f"{relabel}; then {command('push audit')}: audited labels count as they were before"
    more = counted(needed - found.audited, "more answer")
    return f"{command('push audit')}: about {more} prove it if as many labels are right as so far"


def _answers_needed(found: LabelAccuracy, least: float) -> int | None:
    """Answers at which the same share of right labels has a lower bound of `least`; None if no number has."""
    if found.share <= least:
        return None
    few, many = found.audited, found.audited
    while wilson_bounds(found.share, many)[0] < least:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if wilson_bounds(found.share, middle)[0] >= least else (middle, many)
    return many
