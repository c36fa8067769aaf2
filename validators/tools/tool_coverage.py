"""How the dialogues of a dataset cover the tools of a task, the behaviors without a call, and the tools' arguments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from winnow.core.vocabulary import SPLITS, Split
from winnow.validators.tools.argument_use import ArgumentUse, argument_uses
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.composition_lines import CompositionLine
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.dialogue_composition import LabeledDialogue


class SplitCount(NamedTuple):
    """What one split has of a tool or behavior."""

    records: int
    """Dialogues; one that calls several tools counts for each of them."""
    groups: int
    """Groups of these dialogues."""


@dataclass(frozen=True)
class TargetCoverage:
    """A tool, or a behavior without a call."""

    name: str
    """The tool's name, or the behavior."""
    is_tool: bool
    """Whether it is a tool."""
    splits: Mapping[str, SplitCount]
    """Dialogues by split."""

    @property
    def records(self) -> int:
        """Dialogues of all splits together."""
        return sum(count.records for count in self.splits.values())


@dataclass(frozen=True)
class ToolCoverage:
    """Tools, behaviors and arguments of the dialogues that a release would hold."""

    targets: Sequence[TargetCoverage]
    """The tools of the task, other tools that are called, then the behaviors."""
    arguments: Sequence[ArgumentUse]
    """Every argument of every tool, as trained turns of train dialogues use it."""
    composition: Sequence[CompositionLine]
    """The targets of `targets.composition`, with what was found in all splits together."""

    def json(self) -> dict[str, Any]:
        """The shape of `tools` in `coverage --json`."""
        targets = [
            {"name": one.name, "is_tool": one.is_tool, "splits": {s: n._asdict() for s, n in one.splits.items()}}
            for one in self.targets
        ]
        arguments = [{**asdict(one), "share": one.share, "unused_values": one.unused_values} for one in self.arguments]
        lines = [{**asdict(one), "missed": one.missed} for one in self.composition]
        return {"targets": targets, "arguments": arguments, "composition": lines}


def measure_tool_coverage(
    rows: Sequence[LabeledDialogue], tools: Sequence[Tool], composition: Sequence[CompositionLine]
) -> ToolCoverage:
    """How rows cover the tools of the task, and others that they call. `composition` is passed on."""
    offered = {tool.name: tool for row in rows for tool in row.dialogue.tools} | {tool.name: tool for tool in tools}
    called = {name for row in rows for name in row.label.split(TOOL_SEPARATOR)} - set(Behavior)
    names = [*(tool.name for tool in tools), *sorted(called - {tool.name for tool in tools})]
    calls = _train_calls(rows)
    return ToolCoverage(
        targets=list(_targets(rows, names)),
        arguments=[use for name in names if name in offered for use in argument_uses(offered[name], calls[name])],
        composition=composition,
    )


def _train_calls(rows: Sequence[LabeledDialogue]) -> Mapping[str, list[Mapping[str, Any]]]:
    """The argument objects of trained turns of train dialogues, by tool."""
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.split == Split.TRAIN:
            for place, call in row.dialogue.calls():
                if row.dialogue.turns[place].train:
                    found[call.name].append(call.arguments)
    return found


def _targets(rows: Sequence[LabeledDialogue], tools: Sequence[str]) -> Iterator[TargetCoverage]:
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        for name in row.label.split(TOOL_SEPARATOR):
            groups[name, row.split].append(row.group)
    for name in (*tools, *Behavior):
        found = {split: SplitCount(len(groups[name, split]), len(set(groups[name, split]))) for split in SPLITS}
        yield TargetCoverage(str(name), name not in list(Behavior), found)
