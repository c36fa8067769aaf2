"""The latest response of each annotator to each record, as one table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from winnow.config.task import Task
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.labeling.response_decision import decision_from_response
from winnow.curation.labeling.review_form import OPTION_TITLES, REJECT_OPTION
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.tables import queue_dataset, response

if TYPE_CHECKING:
    import pandas as pd


REJECTED_LABEL = OPTION_TITLES[REJECT_OPTION]
"""Stands for a label where somebody said that a record should be left out."""


RESPONSE_TABLE_COLUMNS = ("record", "who", "label", "suggestion", "model_label", "queue")


def latest_responses(connection: Connection, task: Task) -> pd.DataFrame:
    """One row a person and record, without abstentions, and without what adjudicators said.

    `suggestion` is the label that was shown beside the record, `model_label` the one that was withheld from who was
    asked blind; both are empty where there is none.
    """
    import pandas as pd

    renamed, labels, forgotten = label_renames(connection), task.label_names, forgotten_ids(connection)
    kinds = {row.name: row.kind for row in connection.execute(select(queue_dataset.c.name, queue_dataset.c.kind))}
    shown = {(item.dataset, item.record_id): item for item in queue_items(connection)}
    latest: dict[tuple[str, str], Any] = {}
    columns = response.c
    for row in connection.execute(select(response).order_by(columns.answered_at, columns.id)):
        latest[row.record_id, row.who] = row
    rows = []
    for row in latest.values():
        item = shown[row.dataset, row.record_id]
        if item.queue == "adjudicate" or row.record_id in forgotten:
            continue
        try:
            kind, value = decision_from_response(
                json.loads(row.content), row.status, labels, renamed, proposed=item.label_at_push
            )
        except KeyError:
            continue
        if kind == "abstention":
            continue
        suggestion, hidden_suggestion = item.suggestion, item.hidden_suggestion
        if item.queue == "review":
            kind_of = kinds[row.dataset]  # suspects were not drawn at random: they tell nothing about suggestions
            suggestion = item.label_at_push if kind_of == "open" else None
            hidden_suggestion = item.label_at_push if kind_of == "blind" else None
        current_labels = (current_label(one, renamed) if one else "" for one in (suggestion, hidden_suggestion))
        label = value if kind == "label" else REJECTED_LABEL
        rows.append((row.record_id, row.who, label, *current_labels, item.queue))
    return pd.DataFrame(rows, columns=list(RESPONSE_TABLE_COLUMNS))
