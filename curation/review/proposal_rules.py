"""Which records a model may label: unlabeled ones of train that nobody reads already, with a label that fits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from winnow.config.task import Task
from winnow.core.hashing import keyed_hash
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.votes import ABSTAINED
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.label_proposals import records_proposed_by
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.working_view import working_rows
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop


class NotProposed(StrEnum):
    """Why no label is proposed for a record, or why a row of a file proposes none."""

    UNREADABLE = "unreadable"
    """The row cannot be read into columns, or its content cannot."""
    UNKNOWN_RECORD = "unknown_record"
    """No record of the workspace has this id or content."""
    REPEATED = "repeated"
    """An earlier row of the file is about the same record."""
    HOLD_OUT = "hold_out"
    """Validation and test are labeled by people only."""
    REPEATS_HOLD_OUT = "repeats_hold_out"
    LABELED = "labeled"
    """It has a label, or people or files disagree about it."""
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    PROPOSED = "proposed"
    """It waits for the lot of an earlier proposal."""
    PROPOSED_BEFORE = "proposed_before"
    """The same model proposed a label for it, which was not accepted."""
    IN_QUEUE = "in_queue"
    """People are about to label it."""
    UNSURE = "unsure"
    """Somebody read it and could not choose a label."""
    NO_LABEL_POSSIBLE = "no_label_possible"
    """A request without an answer, in a task that teaches answers."""
    NO_LABEL = "no_label"
    """The row has none, or the model gave no readable answer."""
    UNKNOWN_LABEL = "unknown_label"
    LABEL_CONTRADICTS_CONTENT = "label_contradicts_content"
    NO_CONFIDENCE = "no_confidence"
    """A lowest confidence was given, and the row states none."""
    LOW_CONFIDENCE = "low_confidence"


_BY_STATE = {
    State.LABELED: NotProposed.LABELED,
    State.DISPUTED: NotProposed.LABELED,
    State.REJECTED: NotProposed.REJECTED,
    State.SUPERSEDED: NotProposed.SUPERSEDED,
    State.PROPOSED: NotProposed.PROPOSED,
}


@dataclass(frozen=True)
class ProposalRules:
    """What the workspace knows at one moment about the records that a model could label."""

    task: Task
    rows: Mapping[str, WorkingRow]
    """Every working row by its id."""
    hold_out: HoldOutTexts
    queued: Set[str]
    """Records that wait in a queue."""
    unsure: Set[str]
    """Records that somebody could not decide."""
    before: Set[str]
    """Records for which the same model proposed a label before."""

    def refusal(self, record: str) -> NotProposed | None:
        """Why no label can be proposed for a record, whatever the label; None if one can."""
        row = self.rows.get(record)
        return NotProposed.UNKNOWN_RECORD if row is None else next(self._refusals(row), None)

    def _refusals(self, row: WorkingRow) -> Iterator[NotProposed]:
        """Why no label can be proposed for a record; what takes longer to find is looked for last."""
        if row.assigned_split != Split.TRAIN:
            yield NotProposed.HOLD_OUT
        if row.state in _BY_STATE:
            yield _BY_STATE[row.state]
        if row.id in self.before:
            yield NotProposed.PROPOSED_BEFORE
        if row.id in self.unsure:
            yield NotProposed.UNSURE
        if row.id in self.queued:
            yield NotProposed.IN_QUEUE
        if self.hold_out.repeated_by(row):
            yield NotProposed.REPEATS_HOLD_OUT
        if not kind_of(self.task).can_be_labeled(row.content):
            yield NotProposed.NO_LABEL_POSSIBLE

    def label_refusal(self, record: str, label: str) -> NotProposed | None:
        """Why a record cannot have a label; None if it can."""
        kind = kind_of(self.task)
        if label not in self._targets and not kind.is_other_target(label, self.task):
            return NotProposed.UNKNOWN_LABEL
        content = self.rows[record].content
        fits = kind.could_be(content, label) and not isinstance(kind.target_of(content, label, self.task), Drop)
        return None if fits else NotProposed.LABEL_CONTRADICTS_CONTENT

    def open_records(self) -> Sequence[WorkingRow]:
        """The records for which a label can be proposed, in a random order that is always the same."""
        found = [row for record, row in self.rows.items() if self.refusal(record) is None]
        return sorted(found, key=lambda row: keyed_hash(self.task.splits.key, "propose", row.id))

    @cached_property
    def _targets(self) -> list[str]:
        return kind_of(self.task).targets(self.task)


def read_proposal_rules(connection: Connection, task: Task, *, model: str) -> ProposalRules:
    """The rules of this moment for what a run or another model proposes."""
    rows = working_rows(connection)
    return ProposalRules(
        task=task,
        rows={row.id: row for row in rows},
        hold_out=HoldOutTexts.of(rows),
        queued={item.record_id for item in queue_items(connection) if not item.withdrawn},
        unsure={vote.record_id for vote in votes_of(connection, of_people=True) if vote.choice == ABSTAINED},
        before=records_proposed_by(connection, model),
    )
