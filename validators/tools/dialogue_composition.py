"""What a dataset of dialogues is composed of: the counts that the targets of a task refer to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.core.vocabulary import Split
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.dialogue import Dialogue, Role, Tool
from winnow.validators.tools.dialogue_facets import threading_calls

NO_CALL_KINDS = (Behavior.DIRECT, Behavior.ASK, Behavior.UNABLE)
"""Answers without a call although tools are offered."""

CHANGES = re.compile(
    r"(?:^|[_\W])(?:update|delete|remove|cancel|complete|change|edit|modify|move|reschedule|rename|close|archive|"
    r"assign|set|mark|finish|reopen|return|exchange|replace|patch)(?=$|[_\WA-Z])"
)
"""Names of tools that change or delete something that exists."""

ID_NAME = re.compile(r"(?:^|_)ids?$|[a-z]Ids?$")
"""Names of arguments that identify something."""

SIZES = (
    (300, "the format of calls"),
    (500, "single calls"),
    (800, "telling similar tools apart"),
    (1500, "robust answers"),
)
"""From how many labeled dialogues a dataset is usually enough for what: rules of thumb, not measured."""


@dataclass(frozen=True)
class LabeledDialogue:
    """One row that a release would hold."""

    dialogue: Dialogue
    label: str
    """The behavior."""
    group: str
    """Rows of one group were written together, such as both sides of a contrastive pair."""
    split: str = Split.TRAIN
    """The split that holds it."""


@dataclass(frozen=True)
class PairCount:
    """Contrastive pairs of two confusable tools: rows of one group with different labels, one for each side."""

    pairs: int
    compound: int
    """Those with a row that calls several tools."""


@dataclass(frozen=True)
class Composition:
    """Counts of dialogues."""

    dialogues: int
    single: Mapping[str, int]
    """Dialogues that call one tool only, by each tool of the task."""
    contrastive: Mapping[tuple[str, str], PairCount]
    """By confusable pair."""
    multi_turn: int
    """Dialogues with two or more turns of the user."""
    threading: Mapping[str, int]
    """Dialogues with a call whose id comes from an earlier result, by each tool that changes something by its id."""
    compound: int
    """Dialogues that call several tools."""
    no_call: Mapping[str, int]
    """Dialogues without a call although tools are offered, by behavior."""
    general: int
    """Instruction data without tools."""

    @property
    def no_call_share(self) -> float:
        """Share of the dialogues without a call although tools are offered, 0 to 1."""
        return sum(self.no_call.values()) / self.dialogues if self.dialogues else 0.0

    @property
    def general_share(self) -> float:
        """Share of instruction data without tools, 0 to 1."""
        return self.general / self.dialogues if self.dialogues else 0.0


def measure_composition(
    rows: Sequence[LabeledDialogue], tools: Sequence[Tool], confusable: Sequence[tuple[str, str]]
) -> Composition:
    """The composition of rows. `tools` are those of the task; `confusable` pairs of tools or behaviors."""
    labels = Counter(row.label for row in rows)
    threading = Counter(name for row in rows for name in {call.name for call in threading_calls(row.dialogue)})
    return Composition(
        dialogues=len(rows),
        single={tool.name: labels[tool.name] for tool in tools},
        contrastive={pair: contrastive_pairs(rows, pair) for pair in confusable},
        multi_turn=sum(_user_turns(row.dialogue) > 1 for row in rows),
        threading={tool.name: threading[tool.name] for tool in tools if changes_by_id(tool)},
        compound=sum(TOOL_SEPARATOR in row.label for row in rows),
        no_call={kind.value: labels[kind] for kind in NO_CALL_KINDS},
        general=labels[Behavior.GENERAL],
    )


def enough_for(dialogues: int) -> str:
    """What so many labeled dialogues are usually enough for, and from how many the next aim is."""
    reached = [aim for size, aim in SIZES if size <= dialogues]
    following = next(((size, aim) for size, aim in SIZES if size > dialogues), None)
    now = f"enough for {reached[-1]}" if reached else "not enough for a training yet"
    return f"{now}; {following[0]:,} for {following[1]}" if following else now


def changes_by_id(tool: Tool) -> bool:
    """Whether a tool changes or deletes something that a required id names."""
    return bool(CHANGES.search(tool.name)) and any(map(ID_NAME.search, tool.required))


def contrastive_pairs(rows: Sequence[LabeledDialogue], pair: tuple[str, str]) -> PairCount:
    """The contrastive pairs of two tools or behaviors. A row is in one pair at most.

    A row with both tools stands for either side, opposite a row with one of them.
    """
    sides: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    compound: Counter[str] = Counter()
    for row in rows:
        parts = row.label.split(TOOL_SEPARATOR)
        side = (pair[0] in parts, pair[1] in parts)
        if any(side):
            sides[row.group][side] += 1
            compound[row.group] += len(parts) > 1
    found = {group: _most_pairs(list(counts.values())) for group, counts in sides.items()}
    return PairCount(sum(found.values()), sum(min(count, compound[group]) for group, count in found.items()))


def _most_pairs(counts: Sequence[int]) -> int:
    """The most pairs of rows of different sides: limited by half of the rows, and by those off the largest side."""
    return min(sum(counts) // 2, sum(counts) - max(counts))


def _user_turns(dialogue: Dialogue) -> int:
    return sum(turn.role is Role.USER for turn in dialogue.turns)
