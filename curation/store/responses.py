"""The table of responses: who has responded to which queue item, and with what."""

from __future__ import annotations

import json
from collections import defaultdict

from sqlalchemy import Connection, func, select

from winnow.curation.store.tables import response


def submitted_annotators(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """Who has submitted an answer, by dataset and record, as each one's latest answer says."""
    columns = response.c
    query = select(columns.dataset, columns.record_id, columns.who, columns.status).order_by(
        columns.answered_at, columns.id
    )
    latest: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for dataset, record, who, status in connection.execute(query):
        latest[dataset, record][who] = status
    return {key: {who for who, status in by.items() if status == "submitted"} for key, by in latest.items()}


def responder_counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many people have answered or discarded, by dataset and record."""
    columns = response.c
    query = select(columns.dataset, columns.record_id, func.count(func.distinct(columns.who)))
    counted = connection.execute(query.group_by(columns.dataset, columns.record_id))
    return {(dataset, record): count for dataset, record, count in counted}


def latest_comments(connection: Connection) -> dict[tuple[str, str], str]:
    """What people wrote beside their latest answer, by record and person."""
    columns = response.c
    query = select(columns.record_id, columns.who, columns.content).order_by(columns.answered_at, columns.id)
    comments_by_key = {
        (record, who): json.loads(content).get("comment") for record, who, content in connection.execute(query)
    }
    return {key: " ".join(str(comment).split()) for key, comment in comments_by_key.items() if comment}
