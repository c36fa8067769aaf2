"""Store the labels that a model proposes, as far as they still may be proposed when they are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.review.confidence_bands import band_of
from winnow.curation.review.lot_pools import NO_PROMPT_VERSION
from winnow.curation.review.proposal_rules import NotProposed, read_proposal_rules
from winnow.curation.store.database import Store
from winnow.curation.store.label_proposals import NewProposal, insert_proposals


@dataclass(frozen=True)
class ProposedBy:
    """Who proposes."""

    model: str
    """Id of a run, or the name of a model."""
    prompt_version: str = NO_PROMPT_VERSION
    """Version of the prompt, if there is one."""


@dataclass(frozen=True)
class PredictedLabel:
    """The label that a model predicts for a record."""

    record_id: str
    label: str
    confidence: float | None


@dataclass(frozen=True)
class StoredProposals:
    """What was stored, by band, and how many predictions propose nothing."""

    by_band: dict[str, int]
    """Proposals by band, the highest band first."""
    refused: dict[str, NotProposed]
    """Why the prediction for a record proposes nothing."""

    @property
    def count(self) -> int:
        """All proposals."""
        return sum(self.by_band.values())


def prediction_refusal(found: PredictedLabel, *, min_confidence: float | None) -> NotProposed | None:
    """Why a prediction is too uncertain to be proposed."""
    if min_confidence is None:
        return None
    if found.confidence is None:
        return NotProposed.NO_CONFIDENCE
    return NotProposed.LOW_CONFIDENCE if found.confidence < min_confidence else None


def store_proposals(
    store: Store,
    task: Task,
    predicted: Sequence[PredictedLabel],
    by: ProposedBy,
    *,
    min_confidence: float | None,
    count: int | None = None,
) -> StoredProposals:
    """Store predictions as proposals, at most `count`, in one transaction that looks at every record again."""
    refused: dict[str, NotProposed] = {}
    passing: list[NewProposal] = []
    with store.writing() as connection:
        rules = read_proposal_rules(connection, task, model=by.model)
        for one in predicted:
            reason = (
                rules.refusal(one.record_id)
                or rules.label_refusal(one.record_id, one.label)
                or prediction_refusal(one, min_confidence=min_confidence)
            )
            if reason:
                refused[one.record_id] = reason
            elif count is None or len(passing) < count:
                passing.append(NewProposal(one.record_id, one.label, one.confidence, band_of(one.confidence)))
        insert_proposals(connection, passing, model=by.model, prompt_version=by.prompt_version, at=utc_now())
    counts = Counter(one.band for one in passing)
    return StoredProposals(dict(sorted(counts.items(), reverse=True)), refused)
