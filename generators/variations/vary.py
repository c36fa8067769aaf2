"""Varies seeds: a fixed number per group, spread over kinds, reproducibly."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from winnow.config.task import Task
from winnow.core.hashing import keyed_hash
from winnow.generators.variations.base import Seed, Variation, VariationChecks, VariationResult
from winnow.generators.variations.select import GroupLabel, VariationSelector
from winnow.generators.variations.tokens import TokenizedQuery
from winnow.generators.variations.variation_kinds import (
    DEFAULT_KINDS,
    SELDOM_APPLICABLE,
    changes,
    kept_facets,
    kinds_for,
)

MAX_TRIES = 6
"""The most changes of one kind tried on one seed."""

T = TypeVar("T")


def vary(
    seeds: Sequence[Seed],
    task: Task,
    *,
    kinds: Sequence[str] | None = None,
    wanted: Mapping[str, int] | None = None,
    members: Mapping[str, int] | None = None,
    key: str = "0",
    checks: VariationChecks | None = None,
) -> VariationResult:
    """Vary seeds until every group is full or every label has its `wanted` number.

    `kinds` defaults to DEFAULT_KINDS. A group gets one variation of each kind before a second of any, and no kind
    takes more than a third of its capacity. The result depends on `key` and the seeds, not on their order.
    `members` counts the records that groups have, seeds included; by default they have only the seeds.

    Raises ValueError for an unknown kind or a repeated seed id.
    """
    chosen = _checked_kinds(seeds, kinds, task.language)
    groups: dict[GroupLabel, list[Seed]] = defaultdict(list)
    for seed in sorted(seeds, key=lambda seed: keyed_hash(key, seed.id)):
        groups[seed.group, seed.label].append(seed)
    counts = members or Counter(seed.group for seed in seeds)
    capacity = {group: task.variations_per_seed - counts.get(group, 0) for group, _ in groups}
    candidates = {
        group: _round_robin([_candidates(seed, task, chosen, key) for seed in some]) for group, some in groups.items()
    }
    selector = VariationSelector(seeds, task, capacity=capacity, wanted=wanted, checks=checks or VariationChecks())
    while picks := selector.picks(candidates):
        selector.decide(picks)
    return selector.result()


def _checked_kinds(seeds: Sequence[Seed], kinds: Sequence[str] | None, language: str) -> tuple[str, ...]:
    known = kinds_for(language)
    unknown = [kind for kind in kinds or () if kind not in known]
    if unknown:
        raise ValueError(f"no kind {', '.join(unknown)} for language {language!r}; there are {', '.join(known)}")
    repeated = [one for one, count in Counter(seed.id for seed in seeds).items() if count > 1]
    if repeated:
        raise ValueError(f"seed ids stand more than once: {', '.join(repeated[:5])}")
    return tuple(kinds) if kinds is not None else tuple(kind for kind in DEFAULT_KINDS if kind in known)


def _candidates(seed: Seed, task: Task, kinds: Sequence[str], key: str) -> Iterator[Variation]:
    """Possible variations of a seed: the kinds take turns, rare ones first, otherwise in random order."""
    query = TokenizedQuery(seed.text, task.slots)
    order = sorted(kinds, key=lambda kind: (kind not in SELDOM_APPLICABLE, keyed_hash(key, seed.id, kind)))
    return _round_robin([_sampled(seed, query, kind, task, key) for kind in order])


def _sampled(seed: Seed, query: TokenizedQuery, kind: str, task: Task, key: str) -> Iterator[Variation]:
    """A random selection of changes of one kind."""
    found = {change.text: change for change in changes(query, kind, task.language)}
    drawn = sorted(found, key=lambda text: keyed_hash(key, seed.id, kind, text))[:MAX_TRIES]
    for text in drawn:
        facets = kept_facets(seed.facets, text, kind, task.slots)
        yield Variation(seed.id, text, kind, found[text].detail, seed.label, seed.group, facets)


def _round_robin(several: Iterable[Iterator[T]]) -> Iterator[T]:
    """The first of each, then the second of each, until all are empty."""
    waiting = deque(several)
    while waiting:
        turn = waiting.popleft()
        for one in islice(turn, 1):
            yield one
            waiting.append(turn)
