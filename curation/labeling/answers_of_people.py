"""The answers that annotators hold to be right: those that they confirmed, and those that they wrote."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.config.task import Task
from winnow.core.vocabulary import DatasetKind, DecisionKind
from winnow.curation.annotations.argument_agreement import AnswerOfPerson
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.response_decision import chosen_label, decision_from_response
from winnow.curation.labeling.review_form import WRONG
from winnow.curation.store.database import Connection
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import QueueItem, queue_datasets, queue_items
from winnow.curation.store.records import contents_of_records
from winnow.curation.store.responses import StoredResponse, stored_responses
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop


def answers_of_people(connection: Connection, task: Task) -> list[AnswerOfPerson]:
    """The calls of each annotator's latest answer to a record that was shown with its answer; none for other kinds."""
    form = kind_form(kind_of(task)).answer
    if form is None:
        return []
    stands_by = list(_records_stood_by(connection, task))
    contents = contents_of_records(connection, {record for _, record in stands_by})
    return [
        AnswerOfPerson(response.record_id, response.who, form.calls(contents[record]))
        for response, record in stands_by
        if contents.get(record) and _is_right(contents[record], response, record, task)
    ]


def _records_stood_by(connection: Connection, task: Task) -> Iterator[tuple[StoredResponse, str]]:
    """Responses with the id of the record whose answer they hold to be right: the shown or the corrected one."""
    kind, renamed = kind_of(task), label_renames(connection)
    labels = kind.targets(task)
    blind = {one.name for one in queue_datasets(connection) if one.kind == DatasetKind.BLIND}
    items = {(item.dataset, item.record_id): item for item in queue_items(connection)}
    latest = {(response.record_id, response.who): response for response in stored_responses(connection)}
    for response in latest.values():
        item = items[response.dataset, response.record_id]
        if item.dataset in blind or not _shows_answer(item):
            continue
        try:
            decided = decision_from_response(
                response.content, response.status, labels, renamed, proposed=item.label_at_push, kind=kind
            )
        except KeyError:
            continue
        if decided.kind == DecisionKind.CORRECTION:
            yield response, decided.value
        elif decided.kind == DecisionKind.LABEL and not response.content.get(WRONG):
            yield response, response.record_id


def _shows_answer(item: QueueItem) -> bool:
    queue = queue_named(item.queue)
    return queue.asks_correction and not queue.for_leads


def _is_right(content: str, response: StoredResponse, record: str, task: Task) -> bool:
    """Whether the annotator's behavior is that of the answer; a corrected answer was checked when it was written."""
    if record != response.record_id:
        return True
    label = chosen_label(response.content, kind_of(task))
    return label is None or not isinstance(kind_of(task).target_of(content, label, task), Drop)
