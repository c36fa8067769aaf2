"""Corrected answers of responses as records, and what people's decisions about a record mean for its corrections.

A person who corrects an answer also labels the corrected record. Whoever decides otherwise later takes that back, and
the decision of an adjudicator also rejects the other corrections of the record. A record that was also added otherwise
is never rejected by that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from winnow.config.task import Task
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.annotations.votes import DISCARDED
from winnow.curation.ingest.store_correction import Correction, CorrectionStore
from winnow.curation.labeling.answer_review import CorrectedContent
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.decision_writer import DecidedValue, DecisionWriter
from winnow.curation.labeling.response_decision import StoredCorrection
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import DecisionKey
from winnow.curation.store.sources import is_only_correction
from winnow.validators.text import Drop

NOT_CHOSEN = "another answer was chosen"


class AnswerCorrections:
    """The corrected answers of one transaction."""

    def __init__(
        self,
        connection: Connection,
        task: Task,
        open_scrubber: Callable[[Task], Scrubber],
        decisions: DecisionWriter,
    ) -> None:
        self._connection, self._task, self._open_scrubber = connection, task, open_scrubber
        self._decisions = decisions

    @cached_property
    def _store(self) -> CorrectionStore:
        return CorrectionStore(self._connection, self._task, self._open_scrubber(self._task))

    def store(self, response: AnnotatorResponse, one: CorrectedContent, *, where: str) -> StoredCorrection | Drop:
        """Store a corrected answer as a record, or say why it cannot be kept."""
        correction = Correction(response.record_id, one.content, one.label, response.who, where, response.answered_at)
        stored = self._store.store(correction)
        return stored if isinstance(stored, Drop) else StoredCorrection(stored, one.label)

    def follow(
        self, decision: DecisionKey, before: DecidedValue | None, corrected: StoredCorrection | None, *, at: str
    ) -> None:
        """Decide about the corrections of a record what a decision about the record implies."""
        record, actor, who, kind, _ = decision
        now = corrected.record if corrected else None
        stated = self._decisions.corrections_of(record)
        if before and before.kind == DecisionKind.CORRECTION and before.value != now:
            others = stated.get(before.value, set()) - {(actor, who)}
            supported = bool(others) or not is_only_correction(self._connection, before.value)
            self._withdraw(DecisionKey(before.value, actor, who, "", ""), supported=supported, of=record, at=at)
        if corrected:
            label = DecisionKey(corrected.record, actor, who, DecisionKind.LABEL, corrected.label)
            self._decisions.decide(label, why=f"corrected answer of record {record}", at=at)
        if actor == Actor.ADJUDICATOR and kind != DecisionKind.ABSTENTION:
            for other in sorted(one for one in stated.keys() - {now} if is_only_correction(self._connection, one)):
                rejection = DecisionKey(other, actor, who, DecisionKind.REJECTION, NOT_CHOSEN)
                self._decisions.decide(rejection, why=f"decided about record {record}", at=at)

    def _withdraw(self, own: DecisionKey, *, supported: bool, of: str, at: str) -> None:
        """Take back a corrected answer: it counts on if others wrote or added it too, and is rejected otherwise."""
        kind, value = (
            (DecisionKind.ABSTENTION, DISCARDED) if supported else (DecisionKind.REJECTION, "its author withdrew it")
        )
        self._decisions.decide(own._replace(kind=kind, value=value), why=f"decided about record {of}", at=at)
