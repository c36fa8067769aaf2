"""From decisions to one label and one state a record. Derived each time, stored never."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

State = Literal["unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded"]
STATES: tuple[State, ...] = ("unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded")
REJECTED = "\0rejected"
"""The value that a rejection votes for; no label can have this name."""


class Vote(NamedTuple):
    """A decision, as far as deriving needs it. Votes are ordered by time."""

    record_id: str
    actor: str
    who: str
    kind: str
    value: str

    @property
    def choice(self) -> str:
        """What the vote is for."""
        return REJECTED if self.kind == "rejection" else self.value


@dataclass(frozen=True)
class Derived:
    """What stands after all decisions."""

    state: State
    label: str | None = None
    decided_by: str = "nobody"
    """`adjudicator`, `agreement`, `person`, `file` or `nobody`."""
    candidates: tuple[str, ...] = ()
    """The labels that stand against each other in a dispute."""


def derive(votes: Iterable[Vote], *, synthetic: frozenset[str] = frozenset()) -> dict[str, Derived]:
    """The derived label and state of every record that has a vote.

    The highest rank decides: adjudication, else the agreement of two or more people, else the latest person, else the
    files. Rules and models never decide, and a synthetic source speaks for a model. Different choices of equal rank are
    a dispute. A record of `synthetic` that no person and no other file has labeled is `proposed`.
    """
    by_record: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_record[vote.record_id].append(vote)
    return {record: _derive_one(own, synthetic=record in synthetic) for record, own in by_record.items()}


def _derive_one(votes: list[Vote], *, synthetic: bool) -> Derived:
    adjudications = _latest_each(votes, "adjudicator")
    if adjudications:
        return _decided(set(adjudications.values()), "adjudicator")
    people = _latest_each(votes, "person")
    if people:
        counts = Counter(people.values())
        most = max(counts.values())
        if most >= 2:
            return _decided({choice for choice, n in counts.items() if n == most}, "agreement")
        return _decided({list(people.values())[-1]}, "person")
    files = {vote.choice for vote in votes if vote.actor == "file"}
    if files:
        return _by_file(files.pop()) if len(files) == 1 else _decided(files, "file")
    proposals = [vote.value for vote in votes if vote.actor == "model" and vote.kind == "label"]
    return Derived("proposed", proposals[-1] if proposals else None) if synthetic else Derived("unlabeled")


@lru_cache(maxsize=4096)
def _by_file(choice: str) -> Derived:
    """By far the most records have one label, from files: they share one result."""
    return _decided({choice}, "file")


def _latest_each(votes: list[Vote], actor: str) -> dict[str, str]:
    """Each one's latest choice; the one who decided last stands last."""
    latest: dict[str, str] = {}
    for vote in votes:
        if vote.actor == actor:
            latest.pop(vote.who, None)
            latest[vote.who] = vote.choice
    return latest


def _decided(choices: set[str], by: str) -> Derived:
    if len(choices) > 1:
        return Derived("disputed", None, by, tuple(sorted(choice for choice in choices if choice != REJECTED)))
    choice = next(iter(choices))
    if choice == REJECTED:
        return Derived("rejected", None, by)
    return Derived("labeled", choice, by)
