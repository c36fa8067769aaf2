"""What was carried out of earlier recommendations, and what follows them then. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.decision_vocabulary import NextAction
from winnow.training.monitoring.recommend import FREEZE, Recommendation

REVIEW = f"{command('push review')}, then {command('pull')}"
NEWER_TRAFFIC = command("add", "FILE", origin="log")

DATA_FIRST = (NextAction.COLLECT, NextAction.FIX)
"""Recommendations to change the data, whatever the newest release lacks."""


@dataclass(frozen=True)
class WorkDone:
    """The traces that recommended commands leave in a workspace."""

    to_review: int = 0
    """Records that count once people have reviewed them: generated ones, and those whose label a model proposed."""
    pending: Mapping[str, int] = field(default_factory=dict)
    """By queue: records that were pushed and wait for answers."""
    changed_records: int = 0
    """Records that the next release would hold in addition, or under another label than the newest one."""
    trained: Set[str] = frozenset()
    """The commands of trainings whose runs are there."""
    coverage_is_current: bool = False
    """Whether coverage was measured since the newest release and the last source."""
    release_is_current: bool = False
    """Whether the newest release was made of the labels of today: another one would be the same."""


class RemainingStep(NamedTuple):
    """What comes in place of a command."""

    command: str
    """The command; empty where it was carried out, and nothing follows from it alone."""
    why: str


KEEP_LOOKING = RemainingStep("", "")
"""The command was carried out, of which the recommendation shows enough."""


def follow_up(decision: Recommendation, work: WorkDone, *, fixes: Sequence[str], collect: str) -> Recommendation:
    """The recommendation with the step that follows where its command was carried out already.

    `fixes` are further commands that would help, the best first, and `collect` the one that adds labeled records. The
    last resort is newer traffic, which people add.
    """
    collecting = decision.recommended_action in DATA_FIRST
    others = [collect] if collecting else [*([collect] if decision.next == FREEZE else []), *fixes]
    reasons = [decision.reason]
    for recommended in dict.fromkeys([decision.next, *others]):
        found = _instead_of(recommended, work, collecting=collecting)
        if found is None:
            return replace(decision, next=recommended, reason="; ".join(reasons))
        reasons += [found.why] if found.why else []
        if found.command:
            return replace(decision, next=found.command, reason="; ".join(reasons))
    reasons.append("what was recommended is done, so only newer traffic can show more")
    return replace(decision, next=NEWER_TRAFFIC, reason="; ".join(reasons))


def _instead_of(recommended: str, work: WorkDone, *, collecting: bool) -> RemainingStep | None:
    """What comes in place of a command; None where it is still to be carried out."""
    verb = " ".join(recommended.split()[1:2])
    find = FOLLOW_UPS.get(verb)
    return find(recommended, work, collecting) if find else None


def _after_training(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    return KEEP_LOOKING if recommended in work.trained else None


def _after_coverage(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    return KEEP_LOOKING if work.coverage_is_current else None


def _after_freeze(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    """A release of the same labels has the same content, so the labels have to change first."""
    if not work.release_is_current:
        return None
    return RemainingStep("", "the newest release has the labels of today, so another one would be the same")


def _after_push(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    queue = "".join(recommended.split()[2:3])
    waiting = work.pending.get(queue, 0)
    if waiting:
        why = f"queue {queue} waits for answers of annotators to {counted(waiting, 'record')}"
        return RemainingStep(command("pull"), why)
    return _after_changes(recommended, work, collecting)


def _after_generation(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    if work.to_review:
        return RemainingStep(REVIEW, f"people have to review {counted(work.to_review, 'record')} first")
    return _after_changes(recommended, work, collecting)


def _after_changes(recommended: str, work: WorkDone, collecting: bool) -> RemainingStep | None:
    """Data that the newest release lacks is tried before more is asked for, unless there are too few labels anyway."""
    if collecting or not work.changed_records:
        return None
    return RemainingStep(FREEZE, f"{counted(work.changed_records, 'labeled record')} changed since the newest release")


FOLLOW_UPS: Mapping[str, Callable[[str, WorkDone, bool], RemainingStep | None]] = {
    "train": _after_training,
    "coverage": _after_coverage,
    "push": _after_push,
    "generate": _after_generation,
    "add": _after_changes,
    FREEZE.split()[1]: _after_freeze,
}
"""What a verb leaves to do when it was carried out; other commands stand as they are."""
