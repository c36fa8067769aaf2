"""The latest response of each annotator to each record, as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from winnow.config.task import Task
from winnow.core.vocabulary import DatasetKind, DecisionKind
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.labeling.gold_records import is_gold
from winnow.curation.labeling.label_options import OPTION_TITLES, REJECT_OPTION
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.response_decision import decision_from_response, stored_correction
from winnow.curation.store.answers_in_files import LatestAnswer, latest_answers_in_files
from winnow.curation.store.database import Connection
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import QueueItem, queue_datasets, queue_items
from winnow.curation.store.responses import stored_responses
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


REJECTED_LABEL = OPTION_TITLES[REJECT_OPTION]
"""Stands for a label where an annotator decided to leave a record out."""

IN_FILE = "file"
"""In place of a queue: somebody answered outside of it, and a file that was added has the answer."""

RESPONSE_TABLE_COLUMNS = ("record", "who", "label", "suggestion", "model_label", "queue")


def latest_responses(connection: Connection, task: Task) -> pd.DataFrame:
    """One row for each annotator and record, without abstentions, adjudications and answers to gold records.

    A corrected answer counts as its behavior. An answer in a file that was added counts like a response, with `file` in
    place of the queue: nothing is known about what was suggested. The later one of both counts.

    `suggestion` is the label that was shown with the record, `model_label` the one that was hidden in a blind dataset;
    both are empty where there is none. What somebody answered blind first, and then with the answer, counts as blind.
    """
    import pandas as pd

    renamed, forgotten, task_kind = label_renames(connection), forgotten_ids(connection), kind_of(task)
    labels = task_kind.targets(task)
    kinds = {dataset.name: dataset.kind for dataset in queue_datasets(connection)}
    items = {(item.dataset, item.record_id): item for item in queue_items(connection)}
    responses = [one for one in stored_responses(connection) if not is_gold(items[one.dataset, one.record_id])]
    in_files = latest_answers_in_files(connection)
    latest = {
        (response.record_id, response.who): response
        for response in responses
        if not _is_later(in_files.get((response.record_id, response.who)), response.answered_at)
    }
    blind_first = {
        (response.record_id, response.who): items[response.dataset, response.record_id]
        for response in responses
        if kinds[response.dataset] == DatasetKind.BLIND
    }
    rows = []
    for response in latest.values():
        item = items[response.dataset, response.record_id]
        if queue_named(item.queue).for_leads or response.record_id in forgotten:
            continue
        try:
            kind, value = decision_from_response(
                response.content, response.status, labels, renamed, proposed=item.label_at_push, kind=task_kind
            )
        except KeyError:
            continue
        if kind == "abstention":
            continue
        first = blind_first.get((response.record_id, response.who), item)
        proposed = _proposed_label(first, kinds[first.dataset])
        corrected = stored_correction(response.content)
        label = value if kind == "label" else current_label(corrected.label, renamed) if corrected else REJECTED_LABEL
        current = [current_label(one, renamed) if one else "" for one in proposed]
        rows.append((response.record_id, response.who, label, *current, item.queue))
    rows += [
        (record, who, answer.value, "", "", IN_FILE)
        for (record, who), answer in in_files.items()
        if answer.kind == DecisionKind.LABEL and (record, who) not in latest and record not in forgotten
    ]
    return pd.DataFrame(rows, columns=list(RESPONSE_TABLE_COLUMNS))


def _is_later(answer: LatestAnswer | None, answered_at: str) -> bool:
    """Whether somebody answered in a file after a response."""
    return answer is not None and answer.at > answered_at


class _ProposedLabel(NamedTuple):
    """The label that was proposed for a record; None where there is none."""

    shown: str | None
    """To the annotator."""
    hidden: str | None
    """From the annotator."""


def _proposed_label(item: QueueItem, kind: DatasetKind) -> _ProposedLabel:
    """The label that was proposed for a record when it was pushed.

    Suspected errors were not drawn at random, so their responses cannot measure the influence of what was shown.
    """
    if not queue_named(item.queue).asks_verdict:
        return _ProposedLabel(item.suggestion, item.hidden_suggestion)
    return _ProposedLabel(
        item.label_at_push if kind == DatasetKind.OPEN else None,
        item.label_at_push if kind == DatasetKind.BLIND else None,
    )
