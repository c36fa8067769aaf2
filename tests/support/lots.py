"""The tables of lots in memory, and their rows: what a lot, its members, people's decisions and queues consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from winnow.curation.store import tables

DAY = "2026-01-{:02}T00:00:00+00:00"
"""The times of all rows: a day of one month."""


@dataclass(frozen=True)
class LotTables:
    """An empty database and functions that fill it."""

    connection: Connection

    def produce(
        self, labels: Mapping[str, str], *, source: str = "s", generator: str = "examples", retracted: int | None = None
    ) -> None:
        """Synthetic records with their proposed labels, in a source of their own; `retracted` is a day."""
        self._insert(tables.batch, id=source, generator=generator, prompt_version="v1", model="m", at=DAY.format(1))
        at = None if retracted is None else DAY.format(retracted)
        values = {"file_hash": source, "name": source, "settings": "{}", "origin": "synthetic", "license": "own"}
        self._insert(tables.source, id=source, batch_id=source, at=DAY.format(1), retracted_at=at, **values)
        for row, (record, label) in enumerate(labels.items()):
            self._insert(tables.occurrence, record_id=record, source_id=source, row=row)
            self.decide(record, label, actor="file", who=source, source_id=source)

    def decide(
        self,
        record: str,
        value: str,
        *,
        kind: str = "label",
        day: int = 2,
        actor: str = "person",
        who: str = "ann",
        source_id: str | None = None,
    ) -> None:
        """One decision."""
        values = {"record_id": record, "actor": actor, "who": who, "kind": kind, "value": value, "why": ""}
        self._insert(tables.decision, at=DAY.format(day), source_id=source_id, **values)

    def forget(self, record: str, *, day: int) -> None:
        """Store that a record was forgotten."""
        self._insert(tables.forgotten, record_id=record, why="", at=DAY.format(day))

    def rename(self, old: str, new: str, *, last_decision: int) -> None:
        """Rename a label in the decisions up to this one."""
        self._insert(tables.label_rename, old=old, new=new, last_decision=last_decision, why="", at=DAY.format(3))

    def dataset(self, name: str, *, overlap: int, queue: str = "review", closed: bool = False) -> None:
        """A dataset of a queue."""
        values = {"name": name, "queue": queue, "overlap": overlap, "kind": "open", "options": "[]"}
        self._insert(tables.queue_dataset, at=DAY.format(1), closed_at=DAY.format(1) if closed else None, **values)

    def item(self, dataset: str, record: str, *, withdrawn: bool = False, responders: tuple[str, ...] = ()) -> None:
        """A record in a dataset of the review queue, and who has responded to it."""
        values = {"dataset": dataset, "record_id": record, "queue": "review", "push_id": 1, "at": DAY.format(1)}
        self._insert(tables.queue_item, withdrawn_at=DAY.format(1) if withdrawn else None, **values)
        for who in responders:
            times = dict.fromkeys(("started_at", "answered_at", "at"), DAY.format(2))
            values = {"dataset": dataset, "record_id": record, "who": who, "status": "submitted", "content": "{}"}
            self._insert(tables.response, **times, **values)

    def _insert(self, table: Any, **values: Any) -> None:
        self.connection.execute(table.insert().values(**values))
