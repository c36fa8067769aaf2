"""Queue `review`: the sample of every lot, then suspected errors outside the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.core.hashing import keyed_fraction
from winnow.core.lot_kind import LotKind
from winnow.core.vocabulary import DatasetKind, Split
from winnow.curation.labeling.described_labels import described_labels
from winnow.curation.labeling.label_options import REJECT_OPTION
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs, take_in_order
from winnow.curation.review.measured_queues import REVIEW_QUEUE

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.curation.labeling.suggestions import QueueModel
    from winnow.curation.review.lots import Lot
    from winnow.curation.store.database import Connection

MIN_CONTRADICTION = 0.5
"""Probability of another label from which the probe's prediction makes a suspected error."""

ErrorEvidence = tuple[str, tuple[str, ...]]
"""Why a proposed label is suspected, and the ids of the records that this quotes."""


@dataclass(frozen=True)
class _StoredLots:
    lots: list[Lot]
    refused_lots_pushed: str
    """When refused lots were last pushed for full review; empty for never."""
    confirmed_blind: frozenset[str]
    suspected: Mapping[str, ErrorEvidence]
    """Records that checks or a judge suspect."""


def review_candidates(
    lots: Sequence[Lot],
    rows: WorkingRows,
    error_evidence: Mapping[str, ErrorEvidence],
    task: Task,
    *,
    refused_lots_pushed: str,
    confirmed_blind: frozenset[str] = frozenset(),
) -> list[QueueCandidate]:
    """The records that the lots need reviewed next, in their random order; then suspected errors outside the samples.

    People choose the label of a record that only a model has labeled, and do not see which one it proposed.
    Lots that were refused by `refused_lots_pushed` are reviewed in full. Records that were `confirmed_blind` are shown
    with their answers now.
    """
    known = {row.id: row for row in rows}
    meanings = {label.name: label.description for label in described_labels(task)}
    found: dict[str, QueueCandidate] = {}
    for lot in lots:
        sampled = dict.fromkeys(
            record
            for record in lot.records_to_review(include_refused=lot.verdict_at <= refused_lots_pushed)
            if record in known
        )
        for record in (*sampled, *(record for record in lot.outside_sample() if record in error_evidence)):
            if record in found or record not in known:
                continue
            row, label = known[record], lot.proposed[record]
            context = f"{label}: {meanings.get(label, '')}".rstrip(": ")
            kind = DatasetKind.OPEN
            reason, quoted_ids = error_evidence.get(record, ("", ())) if record not in sampled else ("", ())
            if reason:
                kind, context = DatasetKind.SUSPECTED, f"{context}\n{reason}"
            elif record not in confirmed_blind and (
                lot.kind == LotKind.PROPOSED_LABELS or not label or _is_in_blind_share(task, record)
            ):
                kind = DatasetKind.BLIND
            found[record] = QueueCandidate(
                record,
                row.content,
                row.text,
                row.weight,
                Split.TRAIN,
                label or None,
                context,
                kind,
                quoted_ids,
            )
    return list(found.values())


def _is_in_blind_share(task: Task, record: str) -> bool:
    return keyed_fraction(task.splits.key, "blind", record) < task.review.blind_share


def label_error_evidence(model: QueueModel, proposed: Mapping[str, str], *, most: int) -> dict[str, ErrorEvidence]:
    """Records whose proposed label a near duplicate or the probe contradicts, with the reason.

    `proposed` maps records to labels. Of those that only the probe contradicts, at most `most`, most probable first.
    """
    import numpy as np

    from winnow.curation.engine.exact_search import nearest

    texts = {row.id: row.text for row in model.rows if row.id in proposed}
    records = [record for record in proposed if record in texts]
    if model.probe is None or not records:
        return {}
    vectors = model.embed([texts[record] for record in records])
    probabilities = model.probe.probabilities(vectors)
    best = probabilities.argmax(axis=1)
    found: dict[str, ErrorEvidence] = {}
    for i in np.argsort(-probabilities.max(axis=1), kind="stable").tolist():
        label, probability = model.probe.classes[best[i]], float(probabilities[i, best[i]])
        if label != proposed[records[i]] and probability >= MIN_CONTRADICTION and len(found) < most:
            found[records[i]] = f"A model would choose {label} (probability {probability:.2f})", ()
    position, similarity = nearest(vectors, model.train_vectors)
    for record, index, cosine in zip(records, position.tolist(), similarity.tolist(), strict=True):
        row = model.train_rows[index]
        if cosine >= model.near and row.label != proposed[record]:
            found[record] = f"Near duplicate, labeled {row.label}: {row.text}", (row.id,)
    return found


def _read(connection: Connection, task: Task, rows: WorkingRows) -> _StoredLots:
    """Draw the lots that are not drawn yet, from the rows of this moment, and read all."""
    from winnow.curation.annotations.votes import votes_by_record
    from winnow.curation.review.confirmed_blind import records_confirmed_blind, withdraw_from_blind_datasets
    from winnow.curation.review.lots import draw_lots, load_current_lots
    from winnow.curation.store.decisions import votes_of
    from winnow.curation.store.queue_items import refused_lots_pushed_at
    from winnow.curation.store.suspected_errors import suspected_errors

    draw_lots(connection, rows, key=task.splits.key, review=task.review)
    votes = votes_by_record(votes_of(connection, of_people=True))
    confirmed_blind = records_confirmed_blind(connection, dict(votes))
    withdraw_from_blind_datasets(connection, confirmed_blind)
    return _StoredLots(
        load_current_lots(connection, rows),
        refused_lots_pushed_at(connection, REVIEW_QUEUE),
        confirmed_blind,
        suspected_errors(connection),
    )


def _find(inputs: QueueInputs) -> list[QueueCandidate]:
    from winnow.curation.review.lots import FAR_FUTURE

    stored: _StoredLots = inputs.stored
    evidence: dict[str, ErrorEvidence] = {}
    for lot in stored.lots:
        proposed = {record: lot.proposed[record] for record in lot.outside_sample()}
        most = len(lot.defective) + lot.lot_decision.more or len(lot.reviewed)
        evidence |= label_error_evidence(inputs.model, proposed, most=most)
        evidence |= {record: stored.suspected[record] for record in proposed if record in stored.suspected}
    pushed = FAR_FUTURE if inputs.include_refused else stored.refused_lots_pushed
    return review_candidates(
        stored.lots,
        inputs.rows,
        evidence,
        inputs.task,
        refused_lots_pushed=pushed,
        confirmed_blind=stored.confirmed_blind,
    )


REVIEW = QueueDefinition(
    name=REVIEW_QUEUE,
    purpose=(
        "A machine wrote these queries. Is the proposed label right for what the person would want? If no person "
        "would write such a query, choose unusable; if another label is right, choose wrong label and then the right "
        "one: without it your response is not counted and returns to your drafts. If no label is proposed, choose one "
        "yourself. Your responses decide about the whole lot."
    ),
    dialogue_purpose=(
        "A machine wrote these dialogues. Is the answer of the assistant right, with every call and argument? If no "
        "person would write such a request, choose unusable. If the answer is wrong, say what is wrong, and give the "
        "right behavior or the corrected answer: without one of them your response is not counted and returns to your "
        "drafts with the reason. If no answer is shown, choose the behavior that is right. Your responses decide about "
        "the whole lot."
    ),
    find_candidates=_find,
    choose=take_in_order,
    read=_read,
    writes=True,
    default_count=None,
    special_options=(),
    blind_purpose=(
        "Choose the label that says what the person wants: nothing is suggested here. People wrote some of these "
        "queries, and a machine wrote others; if no person would write such a query, leave it out. Your responses "
        "decide about many more queries that nobody reads."
    ),
    blind_dialogue_purpose=(
        "Choose what the assistant should do: nothing is suggested here. People wrote some of these requests, and a "
        "machine wrote others; if no person would write such a request, leave it out. Your responses decide about many "
        "more dialogues that nobody reads."
    ),
    blind_special_options=(*QueueDefinition.special_options, REJECT_OPTION),
    asks_verdict=True,
    asks_correction=True,
    context_title="Proposed",
    assignable=False,
    second_reviewer=True,
)
