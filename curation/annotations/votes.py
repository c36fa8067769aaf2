"""Decisions as votes: each person's latest choice, and whether people still disagree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from winnow.core.vocabulary import DecisionKind

REJECTED = "\0rejected"
"""The value that a rejection votes for; no label can have this name."""

CORRECTED = "\0corrected "
"""The beginning of the choice of a corrected answer; the id of its record follows."""

ABSTAINED = "\0abstained"
"""The choice of somebody who cannot decide: it withdraws the same person's earlier choice and does not count."""

SEVERAL_INTENTS = "several"
"""The abstention for more than one intent; with another person's label, it is a disagreement."""

DISCARDED = "discarded"
"""The abstention of somebody who passed a record on; it does not call for adjudication."""


class Vote(NamedTuple):
    """A decision, as far as derived labels need it. Votes are ordered by time."""

    record_id: str
    actor: str
    who: str
    kind: str
    value: str

    @property
    def choice(self) -> str:
        """What the vote is for."""
        if self.kind == DecisionKind.CORRECTION:
            return CORRECTED + self.value
        return {"rejection": REJECTED, "abstention": ABSTAINED}.get(self.kind, self.value)


def latest_choices(votes: Iterable[Vote], actor: str) -> dict[str, str]:
    """The latest choice of each annotator who does not abstain, in the order of deciding."""
    latest = latest_votes(votes, actor)
    return {who: vote.choice for who, vote in latest.items() if vote.choice != ABSTAINED}


def latest_votes(votes: Iterable[Vote], actor: str) -> dict[str, Vote]:
    """The latest vote of each annotator, in the order of voting."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        if vote.actor == actor:
            latest.pop(vote.who, None)
            latest[vote.who] = vote
    return latest


def needs_adjudication(votes: Iterable[Vote]) -> bool:
    """Whether annotators disagree about a record, or none of them could decide, and nobody has adjudicated.

    The agreement of two or more settles it, unless another choice has as many.
    """
    own = list(votes)
    if latest_choices(own, "adjudicator"):
        return False
    opinions = [vote for vote in latest_votes(own, "person").values() if vote.value != DISCARDED]
    choice_counts = Counter(vote.choice for vote in opinions if vote.choice != ABSTAINED)
    if not choice_counts:
        return bool(opinions)
    most = sorted(choice_counts.values(), reverse=True)
    if most[0] >= 2 and most[1:2] != most[:1]:
        return False
    return len(choice_counts) > 1 or any(vote.value == SEVERAL_INTENTS for vote in opinions)


def votes_by_record(votes: Iterable[Vote]) -> Mapping[str, list[Vote]]:
    """Votes by record; a record without votes has an empty list."""
    found: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        found[vote.record_id].append(vote)
    return found


HUMAN_ACTORS = ("person", "adjudicator")
"""Actors that are people; their decisions are ordered by time."""
