"""Gate: targets for the composition of a dataset of dialogues that are not reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from winnow.config.task import CompositionTargets, Task
from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.composition_lines import composition_lines
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.dialogue_composition import Composition, LabeledDialogue, measure_composition

if TYPE_CHECKING:
    import pandas as pd


def composition_gate(inputs: GateInputs) -> Gate:
    """Number of targets of `targets.composition` that the selected dialogues of all splits miss."""
    selected, task = inputs.selected, inputs.task
    if not inputs.dialogues:
        return gate_not_measured("composition", 0, "no labeled dialogue yet", command("add", "FILE"))
    found = selected_composition(selected, inputs.dialogues, task)
    return judge_composition(found, task.targets.composition)


def selected_composition(selected: pd.DataFrame, dialogues: Mapping[str, Dialogue], task: Task) -> Composition:
    """The composition of the rows that a release would hold; `dialogues` by record id."""
    rows = [
        LabeledDialogue(dialogues[record], label, group)
        for record, label, group in zip(selected["id"], selected["label"], selected["group"], strict=True)
    ]
    return measure_composition(rows, offered_by_task(task), task.confusable)


def judge_composition(found: Composition, targets: CompositionTargets) -> Gate:
    """The same from counts; the evidence names every target that is missed."""
    missed = list(missed_targets(found, targets))
    fix = f"{command('add', 'FILE')} with such dialogues; or set targets.composition in winnow.yaml, with by and reason"
    return at_most("composition", len(missed), 0, missed, fix)


def missed_targets(found: Composition, targets: CompositionTargets) -> Iterator[str]:
    """Every target that is missed, with what was found and what is wanted."""
    return (str(line) for line in composition_lines(found, targets) if line.missed)
