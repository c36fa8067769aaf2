"""Gate: targets for the composition of a dataset of dialogues that are not reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from winnow.config.task import CompositionTargets
from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.dialogue_composition import (
    Composition,
    LabeledDialogue,
    PairCount,
    measure_composition,
)


def composition_gate(inputs: GateInputs) -> Gate:
    """Number of targets of `targets.composition` that the selected dialogues of all splits miss."""
    selected, task = inputs.selected, inputs.task
    if not inputs.dialogues:
        return gate_not_measured("composition", 0, "no labeled dialogue yet", command("add", "FILE"))
    rows = [
        LabeledDialogue(inputs.dialogues[record], label, group)
        for record, label, group in zip(selected["id"], selected["label"], selected["group"], strict=True)
    ]
    found = measure_composition(rows, offered_by_task(task), task.confusable)
    return judge_composition(found, task.targets.composition)


def judge_composition(found: Composition, targets: CompositionTargets) -> Gate:
    """The same from counts; the evidence names every target that is missed."""
    missed = list(missed_targets(found, targets))
    fix = f"{command('add', 'FILE')} with such dialogues; or set targets.composition in winnow.yaml, with by and reason"
    return at_most("composition", len(missed), 0, missed, fix)


def missed_targets(found: Composition, targets: CompositionTargets) -> Iterator[str]:
    """Every target that is missed, with what was found and what is wanted."""
    pairs = {" and ".join(pair): count.pairs for pair, count in found.contrastive.items()}
    yield from _too_few("dialogues that call only", found.single, targets.single_per_tool)
    yield from _too_few("contrastive pairs of", pairs, targets.contrastive_pairs)
    if found.contrastive and targets.contrastive_pairs > 0 and not any(map(_is_compound, found.contrastive.values())):
        yield "no contrastive pair in which a row calls several tools"
    yield from _too_few("dialogues with an id from a result in a call of", found.threading, targets.threads_id)
    for what, count, least in (
        ("dialogues with several turns of the user", found.multi_turn, targets.multi_turn),
        ("dialogues that call several tools", found.compound, targets.compound),
    ):
        if count < least:
            yield f"{count:,} {what}, wanted {least:,}"
    yield from _outside("dialogues without a call", found.no_call_share, targets.no_call_share)
    if targets.no_call_share[0] > 0:
        yield from (f"no dialogue with the label {kind}" for kind, count in found.no_call.items() if not count)
    yield from _outside("general instruction data", found.general_share, targets.general_share)


def _is_compound(count: PairCount) -> bool:
    return count.compound > 0


def _too_few(what: str, counts: Mapping[str, int], least: int) -> Iterator[str]:
    yield from (f"{count:,} {what} {name}, wanted {least:,}" for name, count in counts.items() if count < least)


def _outside(what: str, share: float, bounds: tuple[float, float]) -> Iterator[str]:
    low, high = bounds
    if not low <= share <= high:
        yield f"{share:.1%} {what}, wanted {low:.0%} to {high:.0%}"
