"""From decisions to one label and one state per record. Derived each time, never stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from winnow.core.vocabulary import State
from winnow.curation.annotations.votes import CORRECTED, REJECTED, Vote, latest_choices


@dataclass(frozen=True)
class DerivedLabel:
    """The outcome of all decisions about a record."""

    state: State
    label: str | None = None
    decided_by: str = "nobody"
    """`adjudicator`, `agreement`, `person`, `lot`, `file` or `nobody`."""
    candidates: tuple[str, ...] = ()
    """The labels in dispute."""


def derive_labels(votes: Iterable[Vote], *, synthetic: frozenset[str] = frozenset()) -> dict[str, DerivedLabel]:
    """The derived label and state of every record that has a vote.

    The highest rank decides: adjudication, else the agreement of two or more people, else the latest person, else the
    files. Rules and models never decide, and labels from a synthetic source count as a model's. Different choices of
    equal rank are a dispute. A record of `synthetic` that no person has labeled is `proposed`: files do not decide it.
    """
    by_record: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_record[vote.record_id].append(vote)
    return {record: _derive_one(own, synthetic=record in synthetic) for record, own in by_record.items()}


def _derive_one(votes: list[Vote], *, synthetic: bool) -> DerivedLabel:
    adjudications = latest_choices(votes, "adjudicator")
    if adjudications:
        return _decided(set(adjudications.values()), "adjudicator")
    people = latest_choices(votes, "person")
    if people:
        counts = Counter(people.values())
        most = max(counts.values())
        if most >= 2:
            return _decided({choice for choice, n in counts.items() if n == most}, "agreement")
        return _decided({list(people.values())[-1]}, "person")
    if synthetic:
        proposals = [vote.value for vote in votes if vote.actor in ("model", "file") and vote.kind == "label"]
        return DerivedLabel(State.PROPOSED, proposals[-1] if proposals else None)
    files = {vote.choice for vote in votes if vote.actor == "file"}
    if files:
        return _by_file(files.pop()) if len(files) == 1 else _decided(files, "file")
    return DerivedLabel(State.UNLABELED)


@lru_cache(maxsize=4096)
def _by_file(choice: str) -> DerivedLabel:
    """Most records have one label, from a file: they share one result."""
    return _decided({choice}, "file")


def _decided(choices: set[str], by: str) -> DerivedLabel:
    labels = tuple(sorted(choice for choice in choices if choice != REJECTED and not choice.startswith(CORRECTED)))
    if len(choices) > 1:
        return DerivedLabel(State.DISPUTED, None, by, labels)
    choice = next(iter(choices))
    if not labels:  # the answer was left out, or another record corrects it
        return DerivedLabel(State.REJECTED, None, by)
    return DerivedLabel(State.LABELED, choice, by)
