"""The contrasts that rules make of seeds, and how many seeds each rule refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.generators.dialogue_rules.dialogue_rule import (
    Contrast,
    DialogueRule,
    DialogueSeed,
    RefusedContrast,
    RuleContext,
)
from winnow.generators.dialogue_rules.join_requests import is_joinable
from winnow.generators.dialogue_rules.single_call import single_call
from winnow.generators.proposal import Proposal, SeedRecord
from winnow.generators.proposal_problems import proposal_problem
from winnow.validators.kinds.tools import content_of, dialogue_of, offered_by_task


@dataclass(frozen=True)
class ReadSeeds:
    """The seeds that rules can use."""

    usable: Sequence[DialogueSeed]
    unusable: int
    """Seeds whose first answer that acts does not make exactly one call."""


@dataclass(frozen=True)
class RuleYield:
    """What one rule made of the seeds."""

    proposals: Sequence[Proposal]
    refused: Mapping[str, int]
    """Seeds of which nothing was made, by reason."""


@dataclass
class _Made:
    proposals: list[Proposal] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def read_seeds(seeds: Sequence[SeedRecord]) -> ReadSeeds:
    """The seeds whose first request one call answers, in the order of their ids."""
    read = [(seed, single_call(dialogue_of(seed.content))) for seed in sorted(seeds, key=lambda seed: seed.id)]
    usable = [DialogueSeed(seed.id, seed.label, request) for seed, request in read if request]
    return ReadSeeds(usable, len(read) - len(usable))


def rule_context(task: Task, seeds: ReadSeeds, key: str) -> RuleContext:
    """What the rules know besides a seed."""
    return RuleContext(
        key,
        task.system_prompt_text,
        frozenset(tool.name for tool in offered_by_task(task)),
        confusable_tools(task),
        [seed for seed in seeds.usable if is_joinable(seed.request)],
    )


def confusable_tools(task: Task) -> dict[str, frozenset[str]]:
    """The labels that the task declares confusable with each label."""
    names = {name for pair in task.confusable for name in pair}
    return {name: frozenset(one for pair in task.confusable if name in pair for one in pair) - {name} for name in names}


def make_contrasts(rule: DialogueRule, seeds: ReadSeeds, context: RuleContext, task: Task) -> RuleYield:
    """What a rule makes of each seed. Whatever would break the strict checks is refused by its reason."""
    made = _Made()
    if seeds.unusable:
        made.refused[RefusedContrast.NO_SINGLE_CALL] = seeds.unusable
    for seed, place in _with_places(seeds.usable):
        found = rule.contrast(seed, replace(context, place=place))
        if isinstance(found, RefusedContrast):
            made.refused[found] += 1
            continue
        proposal = _as_proposal(rule, seed, found)
        problem = proposal_problem(proposal, task)
        if problem:
            made.refused[problem.reason] += 1
        else:
            made.proposals.append(proposal)
    return RuleYield(made.proposals, dict(made.refused.most_common()))


def _with_places(seeds: Sequence[DialogueSeed]) -> Iterator[tuple[DialogueSeed, int]]:
    """Each seed with how many seeds with a call of the same tool come before it."""
    before: Counter[str] = Counter()
    for seed in seeds:
        yield seed, before[seed.request.call.name]
        before[seed.request.call.name] += 1


def _as_proposal(rule: DialogueRule, seed: DialogueSeed, made: Contrast) -> Proposal:
    detail = {"kind": rule.name, "change": made.change}
    return Proposal(content_of(made.dialogue), str(made.label), detail, seed=seed.id)
