"""What people should write next, in plain words: the gaps of a dataset of dialogues."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.core.counted import counted
from winnow.core.vocabulary import SPLITS
from winnow.validators.tools.argument_gaps import GapKind, argument_gaps
from winnow.validators.tools.argument_use import ArgumentUse
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.composition_lines import CompositionLine
from winnow.validators.tools.tool_coverage import TargetCoverage, ToolCoverage

BEHAVIOR_TEXTS = {
    Behavior.DIRECT: "in which the assistant answers in text although tools are offered",
    Behavior.ASK: "in which a required value is missing and the assistant asks for it",
    Behavior.UNABLE: "in which no tool serves and the assistant says so",
    Behavior.GENERAL: "that offer no tools",
}
"""What dialogues of each behavior are."""

SHOWN_VALUES = 5
"""Unused values that a sentence names."""


def writing_steps(coverage: ToolCoverage, *, per_label: int) -> list[str]:
    """One sentence for each gap: missed targets, then splits, then arguments. `per_label` is the target of each."""
    steps = [_composition_step(line) for line in coverage.composition if line.missed]
    covered = {line.target for line in coverage.composition if line.missed}
    few = [one for one in coverage.targets if one.records < per_label and one.name not in covered]
    steps += [_target_step(one, per_label) for one in few]
    steps += [step for one in coverage.targets for step in _hold_out_steps(one)]
    return steps + [step for use in coverage.arguments for step in _argument_steps(use)]


def described(target: str) -> str:
    """What the dialogues of a tool or behavior are, after "dialogues"."""
    return BEHAVIOR_TEXTS[Behavior(target)] if target in list(Behavior) else f"that call {target}"


def _composition_step(line: CompositionLine) -> str:
    if line.found > line.lowest:
        return f"Write other dialogues next, not {line.what}: found {line.found_text}, wanted {line.wanted_text}."
    what = line.what if line.highest is None or line.what.startswith("dialogues") else f"dialogues of {line.what}"
    return f"Write more {what}: found {line.found_text}, wanted {line.wanted_text}, missing {line.missing:,}."


def _target_step(target: TargetCoverage, per_label: int) -> str:
    missing = per_label - target.records
    counts = f"found {target.records:,}, wanted {per_label:,}, missing {missing:,}"
    return f"Write more dialogues {described(target.name)}: {counts}."


def _hold_out_steps(target: TargetCoverage) -> Iterator[str]:
    empty = [split for split in SPLITS if not target.splits[split].records]
    if empty and target.records:
        have = f"{' and '.join(empty)} {'has' if len(empty) == 1 else 'have'} none"
        yield f"Add new groups of dialogues {described(target.name)}: {have}, and groups keep their split."


def _argument_steps(use: ArgumentUse) -> Iterator[str]:
    calls, gaps = counted(use.possible, "train call"), argument_gaps([use])
    kinds = [gap.kind for gap in gaps]
    if GapKind.NEVER_GIVEN in kinds:
        yield f"Write dialogues in which {use.tool} gets the optional argument {use.name}: none of {calls} has it."
    if GapKind.ALWAYS_GIVEN in kinds:
        yield f"Write dialogues in which {use.tool} does not get the optional argument {use.name}: all {calls} have it."
    if GapKind.UNUSED_VALUE in kinds:
        shown = ", ".join(use.unused_values[:SHOWN_VALUES])
        more = len(use.unused_values) - SHOWN_VALUES
        shown += f" and {more:,} more" if more > 0 else ""
        yield f"Write dialogues in which {use.name} of {use.tool} is {shown}: no train call has such a value."
