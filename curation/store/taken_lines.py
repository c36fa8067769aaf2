"""Lines of interaction logs that were taken, and what they said about the answer. Texts are not kept here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import decision, interaction, source


class LineOutcome(NamedTuple):
    """What one line says about the answer, without any text."""

    at: str
    """When the line was written."""
    status: str | None = None
    tests_passed: bool | None = None
    review_score: float | None = None
    rating: int | None = None
    corrected: bool = False
    """It has a correction."""


@dataclass(frozen=True)
class TakenLine:
    """One line that was taken."""

    key: str
    """Hash of the id of the interaction."""
    line_hash: str
    content_hash: str
    """Hash of what was asked and answered; empty for an update."""
    record_id: str
    """The record that it is, or that it is about."""
    proposed: str | None
    """The label that the output named."""
    outcome: LineOutcome
    source_id: str = ""
    row: int = 0
    """Number of the line in the file."""


def taken_lines(connection: Connection) -> dict[str, list[TakenLine]]:
    """The lines of unretracted sources by their interaction, in the order in which they were taken."""
    columns = interaction.c
    query = (
        select(columns.key, columns.line_hash, columns.content_hash, columns.record_id, columns.proposed)
        .add_columns(columns.outcome, columns.source_id, columns.row)
        .join(source, source.c.id == columns.source_id)
        .where(source.c.retracted_at.is_(None))
        .order_by(columns.id)
    )
    found: dict[str, list[TakenLine]] = defaultdict(list)
    for key, line, content, record, proposed, outcome, source_id, row in connection.execute(query):
        read = LineOutcome(**json.loads(outcome))
        found[key].append(TakenLine(key, line, content, record, proposed, read, source_id, row))
    return dict(found)


def insert_taken_lines(connection: Connection, lines: Sequence[TakenLine], now: str) -> None:
    """Store lines; one that the source already has is not changed."""
    rows = [{**asdict(one), "outcome": json.dumps(one.outcome._asdict(), sort_keys=True), "at": now} for one in lines]
    insert_new(connection, interaction, rows)


def forget_interactions(connection: Connection, record: str) -> None:
    """Delete what refers to a forgotten record."""
    connection.execute(delete(interaction).where(interaction.c.record_id == record))


class FeedbackDecision(NamedTuple):
    """What feedback decided about a record."""

    record_id: str
    kind: str
    value: str
    at: str


def feedback_decisions(connection: Connection, who: str) -> list[FeedbackDecision]:
    """Every decision that was made under this name, oldest first."""
    columns = decision.c
    query = select(columns.record_id, columns.kind, columns.value, columns.at).where(columns.who == who)
    return [FeedbackDecision(*row) for row in connection.execute(query.order_by(columns.at, columns.id))]
