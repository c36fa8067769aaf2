"""Write responses with their flags, decisions and corrected answers, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from winnow.config.task import Task
from winnow.core.answer_problem import PROBLEM_TITLES, AnswerProblem
from winnow.core.vocabulary import Actor, DecisionKind, ResponseStatus
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.labeling.answer_corrections import AnswerCorrections
from winnow.curation.labeling.answer_review import review_answer
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.decision_writer import DecisionWriter
from winnow.curation.labeling.gold_records import is_gold
from winnow.curation.labeling.label_options import ANSWER_IS_WRONG
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.response_decision import ResponseDecision, decision_from_response, stored_correction
from winnow.curation.labeling.returned_responses import ReturnedResponse, without_reason
from winnow.curation.labeling.review_form import CORRECTION, RESPONSE_FLAGS, WRONG
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import DecisionKey
from winnow.curation.store.flags import clear_flag, set_flag
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import QueueDataset, QueueItem, add_quoted_ids, queue_items, withdraw_items
from winnow.curation.store.records import contents_of_records
from winnow.curation.store.responses import ResponseKey, insert_response, stored_response_statuses
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop

OpenScrubber = Callable[[Task], Scrubber]
"""What replaces private data in what people write."""

SUBMIT_AGAIN = "the corrected answer was not accepted; submit it again to see why"
"""For a response that an earlier pull did not count, and could not return before it ended."""


@dataclass
class ImportedResponses:
    """What a pull brought."""

    responses: int = 0
    """New or edited responses."""
    decisions: int = 0
    discarded: int = 0
    records: set[str] = field(default_factory=set)
    """Records that the responses are about."""
    by_annotator: Counter[str] = field(default_factory=Counter)
    by_queue: Counter[str] = field(default_factory=Counter)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    """Newly flagged records, by flag."""
    missing: list[str] = field(default_factory=list)
    """Datasets that this server does not have."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Responses that decide nothing, by reason."""
    incomplete: Counter[str] = field(default_factory=Counter)
    """Responses that contradict themselves or lack something, by annotator: not counted, and drafts again."""
    returned: list[ReturnedResponse] = field(default_factory=list)
    """The same responses, each with the reason that its annotator reads."""
    corrected: int = 0
    """Corrected answers that people wrote: each is a record."""

    def count(self, queue: str, response: AnnotatorResponse) -> None:
        """Count one response."""
        self.responses += 1
        self.discarded += response.status == "discarded"
        self.records.add(response.record_id)
        self.by_annotator[response.who] += 1
        self.by_queue[queue] += 1


class _ReviewedResponse(NamedTuple):
    """A response as it is stored, and why it is not counted."""

    response: AnnotatorResponse
    why_returned: str


class ResponseWriter:
    """Writes responses and their decisions in one transaction."""

    def __init__(self, connection: Connection, task: Task, open_scrubber: OpenScrubber, records: set[str]) -> None:
        self.imported = ImportedResponses()
        self.connection = connection
        self.task, self.kind = task, kind_of(task)
        self.labels = self.kind.targets(task)
        self.contents = contents_of_records(connection, records)
        self.renamed = label_renames(connection)
        self.items = {(item.dataset, item.record_id): item for item in queue_items(connection)}
        self.forgotten = forgotten_ids(connection)
        self.known = stored_response_statuses(connection)
        self.unread_datasets: set[str] = set()
        """Datasets with responses that a later task file may understand, or that return to their annotators."""
        self.decisions = DecisionWriter(connection, records)
        self.corrections = AnswerCorrections(connection, task, open_scrubber, self.decisions)

    def write(self, dataset: QueueDataset, response: AnnotatorResponse) -> None:
        """Store one response, its flags and its decision."""
        item = self.items.get((dataset.name, response.record_id))
        if item is None or response.record_id in self.forgotten:
            self.imported.ignored["the record was not pushed, or is forgotten"] += 1
            return
        response = replace(response, content=without_reason(response.content))
        try:
            reviewed = self._review(item, response, queue_named(dataset.queue))
            decided = self._decision(item, reviewed)
        except KeyError as unknown:  # not stored, so that it counts once the task has the label
            self.imported.ignored[f"the task does not have the label {unknown}"] += 1
            self.unread_datasets.add(dataset.name)
            return
        if reviewed.why_returned:
            self._return(dataset, response, reviewed.why_returned)
        if response_key(dataset.name, response) not in self.known:
            self._store(dataset, item, reviewed, decided)

    def _review(self, item: QueueItem, response: AnnotatorResponse, queue: QueueDefinition) -> _ReviewedResponse:
        """The response as it is stored: a corrected answer is a record, and one that is not counted is no response."""
        content = self.contents[response.record_id]
        found = review_answer(response.content, response.status, content, self.task, proposed=self._proposed(item))
        why = found.why_returned
        values = {name: value for name, value in response.content.items() if name != CORRECTION}
        if found.corrected and response_key(item.dataset, response) in self.known:
            why = SUBMIT_AGAIN
        elif found.corrected:
            where = f"queue {queue.name}"
            stored = self.corrections.store(response, found.corrected, where=where)
            why = stored.detail if isinstance(stored, Drop) else ""
            values |= {} if isinstance(stored, Drop) else {CORRECTION: stored.as_value()}
        return _ReviewedResponse(replace(response, content=values), why)

    def _proposed(self, item: QueueItem) -> str | None:
        return current_label(item.label_at_push, self.renamed) if item.label_at_push else None

    def _decision(self, item: QueueItem, reviewed: _ReviewedResponse) -> ResponseDecision:
        response = reviewed.response
        status = ResponseStatus.DISCARDED if reviewed.why_returned else response.status
        found = decision_from_response(
            response.content, status, self.labels, self.renamed, proposed=item.label_at_push, kind=self.kind
        )
        return self._about_the_answer(found, response) if found.kind == DecisionKind.LABEL else found

    def _about_the_answer(self, found: ResponseDecision, response: AnnotatorResponse) -> ResponseDecision:
        """A label, or the rejection of an answer that does something else, or that the annotator calls wrong."""
        if self._contradicts_content(response.record_id, found.value):
            return ResponseDecision(DecisionKind.REJECTION, f"{ANSWER_IS_WRONG}{found.value} is right")
        if problems := response.content.get(WRONG):
            titles = ", ".join(PROBLEM_TITLES[AnswerProblem(one)] for one in problems)
            return ResponseDecision(DecisionKind.REJECTION, f"{ANSWER_IS_WRONG}{titles}")
        return found

    def _return(self, dataset: QueueDataset, response: AnnotatorResponse, why: str) -> None:
        self.imported.returned.append(ReturnedResponse(response, why))
        self.imported.incomplete[response.who] += 1
        self.unread_datasets.add(dataset.name)

    def _store(
        self, dataset: QueueDataset, item: QueueItem, reviewed: _ReviewedResponse, decided: ResponseDecision
    ) -> None:
        """Store a response with its flags and its decision. One that is not counted withdraws an earlier one."""
        response, queue, status = (
            reviewed.response,
            queue_named(dataset.queue),
            ResponseStatus(reviewed.response.status),
        )
        decision = DecisionKey(response.record_id, _actor(queue), response.who, decided.kind, decided.value)
        if reviewed.why_returned:
            if self.decisions.latest_of(decision) is None:
                return
            status = ResponseStatus.DISCARDED  # the annotator's earlier response no longer counts
        insert_response(
            self.connection,
            response_key(dataset.name, response),
            status=status,
            content=response.content,
            started_at=response.started_at,
        )
        self.imported.count(dataset.queue, response)
        self._update_flags(response)
        if dataset.assignee and response.status == "discarded":  # only the assignee sees it here: let another have it
            withdraw_items(self.connection, dataset.name, [response.record_id])
        if is_gold(item):  # it measures the annotator
            return
        before = self.decisions.latest_of(decision)
        new = self.decisions.decide(decision, why=_decision_reason(queue, item), at=response.answered_at)
        self.imported.decisions += new
        self.corrections.follow(decision, before, stored_correction(response.content), at=response.answered_at)
        if corrected := stored_correction(response.content):
            self.imported.corrected += new
            add_quoted_ids(self.connection, dataset.name, {response.record_id: [corrected.record]})

    def _contradicts_content(self, record: str, label: str) -> bool:
        """Whether the content shows another label: then it is the answer in it that the annotator calls wrong."""
        return isinstance(self.kind.target_of(self.contents[record], label, self.task), Drop)

    def _update_flags(self, response: AnnotatorResponse) -> None:
        """Set the flags of a response, and clear those that the same annotator has unticked."""
        ticked = response.content.get("flags") or ()
        for name in RESPONSE_FLAGS:
            detail = f"by {response.who}"
            if name in ticked and response.status == "submitted":
                if set_flag(self.connection, response.record_id, name, detail):
                    self.imported.flagged.setdefault(name, []).append(response.record_id)
            else:
                clear_flag(self.connection, response.record_id, name, detail)


def response_key(dataset: str, response: AnnotatorResponse) -> ResponseKey:
    """Identifies a response in a dataset."""
    return ResponseKey(dataset, response.record_id, response.who, response.answered_at)


def _actor(queue: QueueDefinition) -> Actor:
    return Actor.ADJUDICATOR if queue.for_leads else Actor.PERSON


def _decision_reason(queue: QueueDefinition, item: QueueItem) -> str:
    if not queue.shows_suggestions:
        return f"queue {queue.name}"
    return f"queue {queue.name}, " + (f"suggested {item.suggestion}" if item.suggestion else "nothing suggested")
