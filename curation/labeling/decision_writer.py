"""Writes decisions of people: one that repeats somebody's latest decision about a record is not stored again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import NamedTuple

from winnow.core.vocabulary import DecisionKind
from winnow.curation.annotations.votes import HUMAN_ACTORS
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import DecisionKey, decision_keys, insert_decision


class DecidedValue(NamedTuple):
    """What somebody decided."""

    kind: str
    value: str


class DecisionWriter:
    """The decisions of one transaction, and the latest one of everybody before."""

    def __init__(self, connection: Connection, records: Set[str]) -> None:
        """Remember what people decided about any record, and everybody about `records`."""
        self._connection = connection
        self._latest: dict[tuple[str, str, str], DecidedValue] = {}
        self._corrected: dict[str, set[tuple[str, str]]] = {}
        """The actors and names who ever corrected the answer of a record, by the record."""
        self._turns: Counter[tuple[str, str, str, str]] = Counter()
        self._stated_by_source: set[tuple[str, str, str]] = set()
        """The records, actors and names whose latest decision is one of a source."""
        for decision, source in decision_keys(connection):
            if decision.record_id in records or decision.actor in HUMAN_ACTORS:
                self._remember(decision)
                (self._stated_by_source.discard if source is None else self._stated_by_source.add)(decision[:3])

    def latest_of(self, decision: DecisionKey) -> DecidedValue | None:
        """The latest decision of the same actor about the same record."""
        return self._latest.get(decision[:3])

    def corrections_of(self, record: str) -> dict[str, set[tuple[str, str]]]:
        """The corrected answers that people stand by now: the actors and names by the id of the corrected record."""
        found: dict[str, set[tuple[str, str]]] = {}
        for person in self._corrected.get(record, ()):
            decided = self._latest[record, *person]
            if decided.kind == DecisionKind.CORRECTION:
                found.setdefault(decided.value, set()).add(person)
        return found

    def decide(self, decision: DecisionKey, *, why: str, at: str) -> bool:
        """Store a decision, unless it is the latest one already; returns whether it was stored.

        A decision that only a source states is stored again, so that retracting the source does not take it back.
        """
        if self._latest.get(decision[:3]) == decision[3:] and decision[:3] not in self._stated_by_source:
            return False
        record, _, who, kind, value = decision
        insert_decision(self._connection, decision, turn=self._turns[record, who, kind, value], why=why, at=at)
        self._remember(decision)
        self._stated_by_source.discard(decision[:3])
        return True

    def _remember(self, decision: DecisionKey) -> None:
        record, actor, who, kind, value = decision
        self._latest[record, actor, who] = DecidedValue(kind, value)
        if kind == DecisionKind.CORRECTION:
            self._corrected.setdefault(record, set()).add((actor, who))
        self._turns[record, who, kind, value] += 1
