"""Settings that are looser than their default: shown with their gate, which fails where they are not allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from winnow.config.gate_settings import LoosenedSetting, loosened_numbers, loosened_settings
from winnow.config.task import ReviewConfig, Task
from winnow.core.commands import command
from winnow.core.vocabulary import GateVerdict
from winnow.curation.checks.gates.gate import Gate


def with_loosened(
    gates: Sequence[Gate], task: Task, *, lot_reviews: Iterable[ReviewConfig], not_waivable: Sequence[str]
) -> list[Gate]:
    """The gates with the settings that are looser than their default.

    A gate that was measured fails when one of them has neither a name nor a reason, or is beyond its limit.
    `lot_reviews` are the settings with which the exported lots were drawn: they count, whatever the task says now.
    """
    found = [*loosened_settings(task), *_loosened_lots(task, lot_reviews)]
    return [_judged(gate, [one for one in found if one.gate == gate.name], not_waivable) for gate in gates]


def _judged(gate: Gate, loosened: Sequence[LoosenedSetting], not_waivable: Sequence[str]) -> Gate:
    shown = replace(gate, loosened=tuple(loosened))
    problems = [one for one in loosened if one.problem]
    if not problems or gate.verdict == GateVerdict.NOT_MEASURED:
        return shown
    fixes = [*dict.fromkeys(one.fix for one in problems), *([gate.fix] if gate.fix else [])]
    if gate.name not in not_waivable:
        fixes.append(f"or {command('waive', gate.name, by='NAME', reason='WHY', until='DATE')}")
    evidence = (*(f"{one.setting} is {one.problem}" for one in problems), *gate.evidence)
    return replace(shown, verdict=GateVerdict.FAIL, evidence=evidence, fix="; ".join(fixes))


def _loosened_lots(task: Task, reviews: Iterable[ReviewConfig]) -> list[LoosenedSetting]:
    """The settings of lots that are looser than the default, where the task itself no longer shows the same.

    The settings of a lot that is decided can only be named: those that do not name themselves are named by the task,
    and no limit applies.
    """
    known = {(one.setting, one.value) for one in loosened_numbers(task, "review.")}
    found: dict[str, LoosenedSetting] = {}
    for review in reviews:
        names = {"by": review.by or task.review.by, "reason": review.reason or task.review.reason}
        own = task.model_copy(update={"review": review.model_copy(update=names)})
        for one in loosened_numbers(own, "review."):
            if (one.setting, one.value) not in known:
                allowed = {"problem": "", "fix": ""} if one.by and one.reason else {}
                shown = one.model_copy(update={"setting": f"{one.setting} of an accepted lot", **allowed})
                found[str(shown)] = shown
    return list(found.values())
