"""Gate: share of labels whose train rows are worded too much alike."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, as_warning, at_most, gate_not_measured
from winnow.validators.wording.label_facets import MIN_LABEL_ROWS


def facet_marginals_gate(inputs: GateInputs) -> Gate:
    """Share of labels whose train rows are too much alike in a facet."""
    marginals = inputs.marginals
    return measure_facet_marginals(
        [str(one) for one in marginals.shortfalls],
        len(marginals.short_labels()),
        marginals.judged(),
        inputs.task.gates.facet_marginals.labels_share_max,
        below_target=len(marginals.labels_below_target()),
    )


def measure_facet_marginals(
    shortfalls: Sequence[str], labels_short: int, labels_judged: int, share_max: float, *, below_target: int
) -> Gate:
    """The same from counts of labels; `shortfalls` says which labels fall short and how.

    It fails where too many labels are `below_target`, a share that the team asks for in `targets.facets`. Wording that
    is only uniform is a warning: all tickets are long and all headlines are short, whatever their label.
    """
    if not labels_judged:
        why = f"no label has {MIN_LABEL_ROWS} train rows yet"
        return gate_not_measured("facet_marginals", share_max, why, command("add", "FILE"))
    fix = f"{command('coverage')}, which plans the missing wordings; then {command('add', 'FILE')} with such rows"
    share = round(labels_short / labels_judged, 4)
    gate = at_most("facet_marginals", share, share_max, shortfalls, fix, always=True)
    return gate if below_target / labels_judged > share_max else as_warning(gate)
