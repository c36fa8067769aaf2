"""Varies seeds: so many a family, spread over kinds, the same whenever it is asked."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from generators.variations.choosing import Choosing, Group
from generators.variations.kinds import DEFAULT_KINDS, RARE, changes, kept_facets, kinds_for
from generators.variations.proposals import Seed, Variation, VariationResult
from generators.variations.query import Query
from generators.variations.rules import Checks, Rules

TRIES = 6
"""Changes of one kind that are tried on one seed."""
T = TypeVar("T")


def vary(
    seeds: Sequence[Seed],
    rules: Rules,
    *,
    kinds: Sequence[str] | None = None,
    wanted: Mapping[str, int] | None = None,
    members: Mapping[str, int] | None = None,
    key: str = "0",
    checks: Checks | None = None,
) -> VariationResult:
    """Vary seeds until every family is full, or every label has what is `wanted` of it.

    `kinds` are DEFAULT_KINDS where none are named. A family has one variation of each kind before it has a second of
    any, and none takes more than a third of its room. The result depends on `key` and the seeds, not on their
    order. `members` counts the records that families have already, the seeds included; without it the seeds are all
    there are.

    Raises ValueError for an unknown kind or a repeated seed id.
    """
    chosen = _checked(seeds, kinds, rules.language)
    groups: dict[Group, list[Seed]] = defaultdict(list)
    for seed in sorted(seeds, key=lambda seed: _chance(key, seed.id)):
        groups[seed.family, seed.label].append(seed)
    counts = members or Counter(seed.family for seed in seeds)
    room = {family: rules.per_family - counts.get(family, 0) for family, _ in groups}
    ideas = {
        group: _taking_turns([_ideas(seed, rules, chosen, key) for seed in some]) for group, some in groups.items()
    }
    choosing = Choosing(seeds, rules, room=room, wanted=wanted, checks=checks or Checks())
    while picks := choosing.picks(ideas):
        choosing.decide(picks)
    return choosing.result()


def _checked(seeds: Sequence[Seed], kinds: Sequence[str] | None, language: str) -> tuple[str, ...]:
    known = kinds_for(language)
    unknown = [kind for kind in kinds or () if kind not in known]
    if unknown:
        raise ValueError(f"no kind {', '.join(unknown)} for language {language!r}; there are {', '.join(known)}")
    repeated = [one for one, count in Counter(seed.id for seed in seeds).items() if count > 1]
    if repeated:
        raise ValueError(f"seed ids stand more than once: {', '.join(repeated[:5])}")
    return tuple(kinds) if kinds is not None else tuple(kind for kind in DEFAULT_KINDS if kind in known)


def _ideas(seed: Seed, rules: Rules, kinds: Sequence[str], key: str) -> Iterator[Variation]:
    """What may be made of a seed: the kinds in turns, the rare ones first, else by lot."""
    query = Query(seed.text, rules.slots)
    order = sorted(kinds, key=lambda kind: (kind not in RARE, _chance(key, seed.id, kind)))
    return _taking_turns([_drawn(seed, query, kind, rules, key) for kind in order])


def _drawn(seed: Seed, query: Query, kind: str, rules: Rules, key: str) -> Iterator[Variation]:
    """Some changes of one kind, by lot."""
    found = {change.text: change for change in changes(query, kind, rules.language)}
    drawn = sorted(found, key=lambda text: _chance(key, seed.id, kind, text))[:TRIES]
    for text in drawn:
        facets = kept_facets(seed.facets, text, kind, rules.slots)
        yield Variation(seed.id, text, kind, found[text].detail, seed.label, seed.family, facets)


def _taking_turns(several: Iterable[Iterator[T]]) -> Iterator[T]:
    """The first of each, then the second of each, until all are empty."""
    waiting = deque(several)
    while waiting:
        turn = waiting.popleft()
        for one in islice(turn, 1):
            yield one
            waiting.append(turn)


def _chance(*parts: str) -> int:
    """What the parts determine and nothing else: 64 bits of their hash."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")
