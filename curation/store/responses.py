"""The table of responses: who has responded to which queue item, and with what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from winnow.core.clock import utc_now
from winnow.curation.store.tables import record, response
from winnow.validators.kinds import KINDS


class ResponseKey(NamedTuple):
    """Identifies a response; an edited response has a different time."""

    dataset: str
    record_id: str
    who: str
    answered_at: str


@dataclass(frozen=True)
class StoredResponse:
    """A response as it was imported."""

    dataset: str
    record_id: str
    who: str
    status: str
    """`submitted` or `discarded`."""
    content: dict[str, Any]
    """Question to value."""
    answered_at: str


def stored_responses(connection: Connection) -> list[StoredResponse]:
    """All responses in the order in which they were given."""
    columns = response.c
    query = select(response).order_by(columns.answered_at, columns.id)
    return [
        StoredResponse(row.dataset, row.record_id, row.who, row.status, json.loads(row.content), row.answered_at)
        for row in connection.execute(query)
    ]


def stored_response_statuses(connection: Connection) -> dict[ResponseKey, str]:
    """The status of every stored response."""
    columns = response.c
    query = select(columns.dataset, columns.record_id, columns.who, columns.answered_at, columns.status)
    return {ResponseKey(*key): status for *key, status in connection.execute(query)}


def insert_response(connection: Connection, key: ResponseKey, *, status: str, content: Any, started_at: str) -> None:
    """Store one response."""
    text = json.dumps(content, ensure_ascii=False)
    values = {**key._asdict(), "status": status, "content": text, "started_at": started_at, "at": utc_now()}
    connection.execute(response.insert().values(**values))


def submitted_annotators(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """Who has submitted a response, by dataset and record; the latest response of each annotator counts."""
    latest: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for event in response_events(connection):
        latest[event.dataset, event.record_id][event.who] = event.status
    return {key: {who for who, status in by.items() if status == "submitted"} for key, by in latest.items()}


def responder_counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many annotators have submitted or discarded, by dataset and record."""
    columns = response.c
    query = select(columns.dataset, columns.record_id, func.count(func.distinct(columns.who)))
    counted = connection.execute(query.group_by(columns.dataset, columns.record_id))
    return {(dataset, record): count for dataset, record, count in counted}


class ResponseEvent(NamedTuple):
    """A response without its content."""

    who: str
    dataset: str
    record_id: str
    status: str
    answered_at: str


def response_events(connection: Connection) -> list[ResponseEvent]:
    """All responses without their content, in the order in which they were given."""
    columns = response.c
    query = select(columns.who, columns.dataset, columns.record_id, columns.status, columns.answered_at)
    return [ResponseEvent(*row) for row in connection.execute(query.order_by(columns.answered_at, columns.id))]


def words_of_answered_records(connection: Connection) -> dict[str, int]:
    """The number of words of every record with a response; a forgotten record has none."""
    columns = record.c
    query = select(columns.id, columns.kind, columns.content).where(columns.id.in_(select(response.c.record_id)))
    return {
        identity: len(KINDS[kind].embedding_text(content).split()) if content else 0
        for identity, kind, content in connection.execute(query)
    }


def words_to_read(connection: Connection, records: Collection[str]) -> dict[str, int]:
    """The number of words that annotators read of each record, answers included; a forgotten one has none."""
    wanted, columns = {*records}, record.c
    query = select(columns.id, columns.kind, columns.content).where(columns.content != "")
    return {
        identity: len(KINDS[kind].readable(content).split())
        for identity, kind, content in (connection.execute(query) if wanted else ())
        if identity in wanted
    }


def latest_comments(connection: Connection) -> dict[tuple[str, str], str]:
    """The comment in the latest response, by record and annotator."""
    comments = {(one.record_id, one.who): one.content.get("comment") for one in stored_responses(connection)}
    return {key: " ".join(str(comment).split()) for key, comment in comments.items() if comment}
