"""How much of each quota of a plan has been added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from winnow.config.task import Task
from winnow.core.model_vocabulary import GeneratorName
from winnow.core.quota_names import QuotaName
from winnow.generators.plan_part import AddedRecord
from winnow.generators.plan_quotas import Quota
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS, dialogue_of, offered_by_task
from winnow.validators.tools.argument_gaps import closed_gaps
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.dialogue import Dialogue, Role, Tool
from winnow.validators.tools.dialogue_composition import LabeledDialogue, contrastive_pairs
from winnow.validators.tools.dialogue_facets import threading_calls

REGION_STEP = "region "
"""Before the id of a region, in the name of the step that writes its queries."""

STEP_QUOTAS: Mapping[str, QuotaName] = {
    GeneratorName.VARIATIONS: QuotaName.PER_LABEL,
    GeneratorName.EXAMPLES: QuotaName.PER_LABEL,
    GeneratorName.AMBIGUOUS: QuotaName.AMBIGUOUS,
    GeneratorName.DOMAIN: QuotaName.DOMAIN,
    GeneratorName.FIXES: QuotaName.FIXES,
    GeneratorName.NEGATIVES: QuotaName.NEGATIVES,
}
"""What the queries of each step count for."""


def added_by_quota(
    task: Task, quotas: Sequence[Quota], added: Sequence[AddedRecord], others: Sequence[AddedRecord]
) -> dict[Quota, int]:
    """How much was added for each quota. `others` are the labeled records that the plan did not add."""
    return _COUNTS[task.kind](task, quotas, added, others)


def _queries(
    task: Task, quotas: Sequence[Quota], added: Sequence[AddedRecord], others: Sequence[AddedRecord]
) -> dict[Quota, int]:
    counts = Counter(key for record in added for key in _query_keys(record))
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for record in added:
        if record.step == GeneratorName.CONTRASTS:
            groups[record.group][record.label] += 1
    return {
        quota: sum(min(labels[side] for side in quota.pair) for labels in groups.values())
        if quota.name == QuotaName.CONTRASTS
        else counts[quota.name, quota.of]
        for quota in quotas
    }


def _query_keys(record: AddedRecord) -> Iterator[tuple[QuotaName, str]]:
    name = STEP_QUOTAS.get(record.step)
    if name:
        yield from ((name, ""), (name, record.label))
    elif record.step.startswith(REGION_STEP):
        yield QuotaName.REGIONS, record.step.removeprefix(REGION_STEP)


def _dialogues(
    task: Task, quotas: Sequence[Quota], added: Sequence[AddedRecord], others: Sequence[AddedRecord]
) -> dict[Quota, int]:
    tools = {tool.name: tool for tool in offered_by_task(task)}
    counts = Counter(key for record in added for key in dialogue_keys(dialogue_of(record.content), record.label, tools))
    before, after = _labeled(others), _labeled([*others, *added])
    return {
        quota: _pairs(after, quota) - _pairs(before, quota)
        if quota.name == QuotaName.CONTRASTS
        else counts[quota.name, quota.of]
        for quota in quotas
    }


def dialogue_keys(dialogue: Dialogue, label: str, tools: Mapping[str, Tool]) -> Iterator[tuple[QuotaName, str]]:
    """The name and subject of each quota that a dialogue counts for by itself; `tools` are the task's, by name."""
    yield from _label_keys(label)
    if sum(turn.role is Role.USER for turn in dialogue.turns) > 1:
        yield QuotaName.MULTI_TURN, ""
    yield from ((QuotaName.THREADS_ID, name) for name in {call.name for call in threading_calls(dialogue)})
    yield from ((QuotaName.ARGUMENTS, key) for key in closed_gaps(dialogue, tools))


def _label_keys(label: str) -> list[tuple[QuotaName, str]]:
    if label in list(Behavior):
        return [(QuotaName.BEHAVIORS, label)]
    return [(QuotaName.COMPOUND, "")] if TOOL_SEPARATOR in label else [(QuotaName.PER_TOOL, label)]


def _labeled(records: Sequence[AddedRecord]) -> list[LabeledDialogue]:
    return [LabeledDialogue(dialogue_of(record.content), record.label, record.group) for record in records]


def _pairs(rows: Sequence[LabeledDialogue], quota: Quota) -> int:
    one, other = quota.pair
    return contrastive_pairs(rows, (one, other)).pairs


_COUNTS: Mapping[
    str,
    Callable[[Task, Sequence[Quota], Sequence[AddedRecord], Sequence[AddedRecord]], dict[Quota, int]],
] = {INTENTS.name: _queries, TOOLS.name: _dialogues}
