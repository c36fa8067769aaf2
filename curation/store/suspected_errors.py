"""Records that a check or a judge suspects to be mislabeled, with the reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from winnow.core.clock import utc_now
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import suspected_error


@dataclass(frozen=True)
class SuspectedRecord:
    """Why a record is shown to reviewers in addition to the sample."""

    record_id: str
    by: str
    """`nearness`, or the model of the judge."""
    why: str
    quoted_ids: tuple[str, ...] = ()
    """Ids of records to show next to it."""


def write_suspected_errors(connection: Connection, suspected_errors: Sequence[SuspectedRecord]) -> None:
    """Store suspected records; for each record, the first reason from each check or judge is kept."""
    moment = utc_now()
    insert_new(
        connection,
        suspected_error,
        [
            {"record_id": s.record_id, "by": s.by, "why": s.why, "quoted_ids": json.dumps(s.quoted_ids), "at": moment}
            for s in suspected_errors
        ],
    )


def suspected_errors(connection: Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Why each record is suspected, and the ids of the records to show next to it."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    s = suspected_error.c
    for record, why, quoted_ids in connection.execute(
        select(s.record_id, s.why, s.quoted_ids).order_by(s.record_id, s.by)
    ):
        before, shown = found.get(record, ("", ()))
        found[record] = (
            "\n".join(filter(None, (before, why))),
            tuple(dict.fromkeys((*shown, *json.loads(quoted_ids)))),
        )
    return found
