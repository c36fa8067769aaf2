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
ABSTAINED = "\0abstained"
"""What somebody chose who could not say: it takes back what the same person said before, and counts for nothing."""
SEVERAL = "several"
"""The abstention that says: more than one intent. Beside a label, that is a disagreement."""
DISCARDED = "discarded"
"""The abstention of somebody who passed a record on; it asks nobody for anything."""


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
        return {"rejection": REJECTED, "abstention": ABSTAINED}.get(self.kind, self.value)


@dataclass(frozen=True)
class Derived:
    """What stands after all decisions."""

    state: State
    label: str | None = None
    decided_by: str = "nobody"
    """`adjudicator`, `agreement`, `person`, `lot`, `file` or `nobody`."""
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


def _latest_each(votes: Iterable[Vote], actor: str) -> dict[str, str]:
    """Each one's latest choice, without those who abstain; the one who decided last stands last."""
    latest = latest_votes(votes, actor)
    return {who: vote.choice for who, vote in latest.items() if vote.choice != ABSTAINED}


def latest_votes(votes: Iterable[Vote], actor: str) -> dict[str, Vote]:
    """Each one's latest vote; the one who voted last stands last."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        if vote.actor == actor:
            latest.pop(vote.who, None)
            latest[vote.who] = vote
    return latest


def unsettled(votes: Iterable[Vote]) -> bool:
    """Whether people stand apart on a record, or none of them could say, and nobody has adjudicated.

    The agreement of two or more settles it, if no other choice has as many.
    """
    own = list(votes)
    if _latest_each(own, "adjudicator"):
        return False
    said = [vote for vote in latest_votes(own, "person").values() if vote.value != DISCARDED]
    sure = Counter(vote.choice for vote in said if vote.choice != ABSTAINED)
    if not sure:
        return bool(said)
    most = sorted(sure.values(), reverse=True)
    if most[0] >= 2 and most[1:2] != most[:1]:
        return False
    return len(sure) > 1 or any(vote.value == SEVERAL for vote in said)


def _decided(choices: set[str], by: str) -> Derived:
    if len(choices) > 1:
        return Derived("disputed", None, by, tuple(sorted(choice for choice in choices if choice != REJECTED)))
    choice = next(iter(choices))
    if choice == REJECTED:
        return Derived("rejected", None, by)
    return Derived("labeled", choice, by)
