"""Gate: targets for the composition of a dataset of dialogues that are not reached."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.config.task import CompositionTargets
from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.curation.checks.selected_dialogues import labeled_dialogues
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.composition_lines import composition_lines
from winnow.validators.tools.dialogue_composition import Composition, measure_composition


def composition_gate(inputs: GateInputs) -> Gate:
    """Number of targets of `targets.composition` that the selected dialogues of all splits miss."""
    selected, task = inputs.selected, inputs.task
    if not inputs.dialogues:
        return gate_not_measured("composition", 0, "no labeled dialogue yet", command("add", "FILE"))
    rows = labeled_dialogues(selected, inputs.dialogues)
    found = measure_composition(rows, offered_by_task(task), task.confusable)
    return judge_composition(found, task.targets.composition)


def judge_composition(found: Composition, targets: CompositionTargets) -> Gate:
    """The same from counts; the evidence names every target that is missed."""
    missed = list(missed_targets(found, targets))
    fix = f"{command('add', 'FILE')} with such dialogues; or set targets.composition in winnow.yaml, with by and reason"
    return at_most("composition", len(missed), 0, missed, fix)


def missed_targets(found: Composition, targets: CompositionTargets) -> Iterator[str]:
    """Every target that is missed, with what was found and what is wanted."""
    return (str(line) for line in composition_lines(found, targets) if line.missed)
