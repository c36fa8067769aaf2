"""What people said in the queues, as one table: the latest answer of each person to each record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from curation.queues.places import places
from curation.queues.questions import REJECT, TITLES, decided
from curation.rename import current, renamings
from curation.store import tables as t
from curation.task import Task
from curation.working import forgotten_ids

if TYPE_CHECKING:
    import pandas as pd

LEFT_OUT = TITLES[REJECT]
"""Stands for a label where somebody said that a record should be left out."""
COLUMNS = ("record", "who", "label", "suggestion", "model_label", "queue")


def opinions(connection: Connection, task: Task) -> pd.DataFrame:
    """One row a person and record, without abstentions, and without what adjudicators said.

    `suggestion` is the label that was shown beside the record, `model_label` the one that was withheld from who was
    asked blind; both are empty where there is none.
    """
    import pandas as pd

    renamed, labels, gone = renamings(connection), task.label_names, forgotten_ids(connection)
    kinds = {row.name: row.kind for row in connection.execute(select(t.queue_dataset.c.name, t.queue_dataset.c.kind))}
    shown = {(place.dataset, place.record_id): place for place in places(connection)}
    latest: dict[tuple[str, str], Any] = {}
    columns = t.answer.c
    for row in connection.execute(select(t.answer).order_by(columns.answered_at, columns.id)):
        latest[row.record_id, row.who] = row
    rows = []
    for row in latest.values():
        place = shown[row.dataset, row.record_id]
        if place.queue == "adjudicate" or row.record_id in gone:
            continue
        try:
            kind, value = decided(json.loads(row.content), row.status, labels, renamed, proposed=place.label_then)
        except KeyError:
            continue
        if kind == "abstention":
            continue
        suggestion, withheld = place.suggestion, place.withheld
        if place.queue == "review":
            kind_of = kinds[row.dataset]  # suspects were not drawn at random: they tell nothing about suggestions
            suggestion = place.label_then if kind_of == "open" else None
            withheld = place.label_then if kind_of == "blind" else None
        told = (current(one, renamed) if one else "" for one in (suggestion, withheld))
        label = value if kind == "label" else LEFT_OUT
        rows.append((row.record_id, row.who, label, *told, place.queue))
    return pd.DataFrame(rows, columns=list(COLUMNS))
