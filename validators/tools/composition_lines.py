"""The targets for the composition of a dataset of dialogues, each with what was found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from winnow.config.task import CompositionTargets
from winnow.core.quota_names import PAIR_SEPARATOR, QuotaName
from winnow.validators.tools.dialogue_composition import Composition


@dataclass(frozen=True)
class CompositionLine:
    """One target for the composition of a dataset."""

    what: str
    """What is counted, in the plural: `dialogues that call only create_task`."""
    found: float
    """How many there are; their share of all dialogues, 0 to 1, where `highest` is set."""
    lowest: float
    """How many, or which share, there should be at least."""
    highest: float | None = None
    """Which share there should be at most; None for counts."""
    dialogues: int = 0
    """Dialogues of the dataset, of which a share is one."""
    target: str = ""
    """The tool or behavior whose dialogues are counted; empty where it is more than a label."""
    quota: str = ""
    """The quota of a plan that closes the gap; empty where several do."""
    of: str = ""
    """The tool, behavior or pair that the quota is about; empty for all dialogues together."""

    @property
    def missed(self) -> bool:
        """Whether there are too few, or too many."""
        return self.found < self.lowest or (self.highest is not None and self.found > self.highest)

    @property
    def missing(self) -> int:
        """How many more there should be. More dialogues of one type also are more dialogues in all."""
        if self.found >= self.lowest:
            return 0
        if self.highest is None:
            return round(self.lowest - self.found)
        open_share = max(1 - self.lowest, 1e-9)
        return math.ceil(round((self.lowest - self.found) * self.dialogues / open_share, 6))

    @property
    def found_text(self) -> str:
        """What was found, for people."""
        return f"{self.found:,.0f}" if self.highest is None else f"{self.found:.1%}"

    @property
    def wanted_text(self) -> str:
        """What is wanted, for people."""
        return f"{self.lowest:,.0f}" if self.highest is None else f"{self.lowest:.0%} to {self.highest:.0%}"

    def __str__(self) -> str:
        return f"{self.found_text} {self.what}, wanted {self.wanted_text}"


def composition_lines(found: Composition, targets: CompositionTargets) -> Iterator[CompositionLine]:
    """Every target that applies, in the order of the task file."""
    pairs = {PAIR_SEPARATOR.join(pair): count.pairs for pair, count in found.contrastive.items()}
    yield from _each_target("dialogues that call only", found.single, targets.single_per_tool, QuotaName.PER_TOOL)
    for line in _each("contrastive pairs of", pairs, targets.contrastive_pairs, QuotaName.CONTRASTS):
        yield replace(line, what=f"contrastive pairs of {line.of.replace(PAIR_SEPARATOR, ' and ')}")
    if found.contrastive and targets.contrastive_pairs > 0:
        compound = sum(count.compound for count in found.contrastive.values())
        yield CompositionLine("contrastive pairs in which a row calls several tools", compound, 1)
    threading = "dialogues with an id from a result in a call of"
    yield from _each(threading, found.threading, targets.threads_id, QuotaName.THREADS_ID)
    several_turns, several_tools = "dialogues with several turns of the user", "dialogues that call several tools"
    yield CompositionLine(several_turns, found.multi_turn, targets.multi_turn, quota=QuotaName.MULTI_TURN)
    yield CompositionLine(several_tools, found.compound, targets.compound, quota=QuotaName.COMPOUND)
    total = found.dialogues
    yield CompositionLine("dialogues without a call", found.no_call_share, *targets.no_call_share, total)
    if targets.no_call_share[0] > 0:
        yield from _each_target("dialogues with the label", found.no_call, 1, QuotaName.BEHAVIORS)
    yield CompositionLine("general instruction data", found.general_share, *targets.general_share, total)


def _each_target(what: str, counts: Mapping[str, int], least: int, quota: QuotaName) -> Iterator[CompositionLine]:
    yield from (replace(line, target=line.of) for line in _each(what, counts, least, quota))


def _each(what: str, counts: Mapping[str, int], least: int, quota: QuotaName) -> Iterator[CompositionLine]:
    for name, count in counts.items():
        yield CompositionLine(f"{what} {name}", count, least, quota=quota, of=name)
