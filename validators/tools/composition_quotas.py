"""How many dialogues of which type are missing for the targets of a task: the quotas of its plan."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from winnow.config.task import CompositionTargets
from winnow.core.quota_names import DIALOGUES_PER_ARGUMENT, TOOL_QUOTAS, QuotaName
from winnow.validators.tools.argument_gaps import ArgumentGap, argument_gaps
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS
from winnow.validators.tools.tool_coverage import ToolCoverage

Quotas = dict[str, dict[str, int] | int]
"""The quotas of a plan: numbers by name, or one for all together."""

MAX_ROUNDS = 1000
"""More dialogues without a call raise the number of general ones, and the reverse: it settles after a few rounds."""


@dataclass(frozen=True)
class DialogueShares:
    """The dialogues of a dataset, and those whose share is limited."""

    dialogues: int
    no_call: Mapping[str, int]
    """Without a call although tools are offered, by behavior."""
    general: int
    """Instruction data without tools."""


def tool_quotas(
    coverage: ToolCoverage, shares: DialogueShares, targets: CompositionTargets, wanted: Mapping[str, int]
) -> Quotas:
    """What is missing for each target. `wanted` are further dialogues of tools and behaviors, such as for traffic."""
    found: dict[str, Counter[str]] = {name: Counter() for name in TOOL_QUOTAS}
    for line in coverage.composition:
        if line.quota and line.missed:
            found[line.quota][line.of] = line.missing
    for one in coverage.targets:
        quota = found[QuotaName.PER_TOOL if one.is_tool else QuotaName.BEHAVIORS]
        quota[one.name] = max(quota[one.name], wanted.get(one.name, 0))
    found[QuotaName.ARGUMENTS].update(gap_quotas(argument_gaps(coverage.arguments)))
    others = sum(sum(quota.values()) for name, quota in found.items() if name != QuotaName.BEHAVIORS)
    _complete_shares(found[QuotaName.BEHAVIORS], shares, targets, others)
    return {
        str(name): quota[""] if name in (QuotaName.MULTI_TURN, QuotaName.COMPOUND) else dict(+quota)
        for name, quota in found.items()
    }


def gap_quotas(gaps: Iterable[ArgumentGap]) -> dict[str, int]:
    """How many dialogues close each gap, by its key."""
    return {gap.key: DIALOGUES_PER_ARGUMENT for gap in gaps}


def missing_for_share(found: int, total: int, share: float) -> int:
    """How many must be added to `found` of `total` for a share; what is added also counts in the total."""
    if share >= 1:
        return 0
    return max(0, math.ceil(round((share * total - found) / (1 - share), 6)))


def _complete_shares(behaviors: Counter[str], shares: DialogueShares, targets: CompositionTargets, others: int) -> None:
    """Raise the quotas of behaviors until both shares are reached after everything was added."""
    for _ in range(MAX_ROUNDS):
        total = shares.dialogues + others + behaviors.total()
        no_call = {kind: shares.no_call.get(kind, 0) + behaviors[kind] for kind in NO_CALL_KINDS}
        general = shares.general + behaviors[Behavior.GENERAL]
        if missing_for_share(sum(no_call.values()), total, targets.no_call_share[0]):
            behaviors[min(NO_CALL_KINDS, key=lambda kind: no_call[kind])] += 1
        elif missing_for_share(general, total, targets.general_share[0]):
            behaviors[Behavior.GENERAL] += 1
        else:
            return
