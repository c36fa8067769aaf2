"""Which records a corrected answer supersedes, and which records it stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from winnow.core.vocabulary import State


class Supersession(NamedTuple):
    """A record that corrects another one."""

    record: str
    """Id of the corrected record."""
    superseded: str
    """Id of the record that it corrects."""
    by_machine: bool = False
    """A synthetic source states it."""

    def has_effect(self, state: State) -> bool:
        """Whether the correction supersedes anything in this state of its own.

        People's corrections do at once, also while the row waits for a review because a machine wrote the request;
        corrections of machines only when people or a lot have accepted them. A refused one supersedes nothing.
        """
        return state != State.REJECTED and not (self.by_machine and state == State.PROPOSED)


@dataclass(frozen=True)
class Superseded:
    """What follows from the corrections that count."""

    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The corrections of each superseded record, sorted by id."""
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each correction: every record that it supersedes, directly or through other corrections, sorted by id."""


def superseded_records(corrections: Iterable[Supersession]) -> Superseded:
    """What corrections supersede. The newest of a chain supersedes all others, in whatever order they are given."""
    by, direct = defaultdict(set), defaultdict(set)
    for one in corrections:
        by[one.superseded].add(one.record)
        direct[one.record].add(one.superseded)
    earlier = {record: tuple(sorted(reachable(record, direct))) for record in direct}
    return Superseded({record: tuple(sorted(found)) for record, found in by.items()}, earlier)


def reachable(record: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    """Every record that a chain of corrections leads to, beginning with one record; itself only in a cycle."""
    found: set[str] = set()
    waiting = list(direct.get(record, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += direct.get(one, ())
    return found
