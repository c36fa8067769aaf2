"""Machine-written records whose label people confirmed without seeing the answer: they are read again, with the answer.

Who answers blind sees what the user asks, and says which behavior is right. Whether the answer that a machine wrote has
the right arguments shows only with the answer, and no look at a lot may count the record before.
"""

from __future__ import annotations

from collections import defaultdict

from winnow.core.vocabulary import DatasetKind
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import HUMAN_ACTORS, Vote, latest_choices
from winnow.curation.review.measured_queues import REVIEW_QUEUE
from winnow.curation.store.database import Connection
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.lot_tables import lot_members, lots_of_proposals
from winnow.curation.store.queue_items import queue_datasets, queue_items, withdraw_items
from winnow.curation.store.records import kinds_of_records
from winnow.curation.store.responses import responder_counts
from winnow.validators.kinds import KINDS


def records_confirmed_blind(connection: Connection, votes: dict[str, list[Vote]]) -> frozenset[str]:
    """Records of lots of generated records that were only answered blind, with the proposed label.

    `votes` are those of people, by record. Only kinds with an answer besides the label have such records.
    """
    confirmed = {
        record
        for record, proposed in _answered_blind_only(connection).items()
        if {*_choices(votes.get(record, []))} == {proposed}
    }
    kinds = kinds_of_records(connection, confirmed)
    with_answers = {one for one in confirmed if KINDS[kinds[one]].answer_key is not None}
    if not with_answers:
        return frozenset()
    certified, members = lots_of_proposals(connection), lot_members(connection)
    generated = {record for lot, own in members.items() if lot not in certified for record, _ in own}
    return frozenset(with_answers & generated)


def withdraw_from_blind_datasets(connection: Connection, records: frozenset[str]) -> None:
    """Let the next push show records with their answers; their blind responses stay stored."""
    blind = {one.name for one in queue_datasets(connection, REVIEW_QUEUE) if one.kind == DatasetKind.BLIND}
    for item in queue_items(connection, REVIEW_QUEUE):
        if item.record_id in records and item.dataset in blind and not item.withdrawn:
            withdraw_items(connection, item.dataset, [item.record_id])


def _answered_blind_only(connection: Connection) -> dict[str, str]:
    """The proposed label of records that were answered in blind datasets and in no other one."""
    kinds = {one.name: one.kind for one in queue_datasets(connection, REVIEW_QUEUE)}
    answered, renamed = responder_counts(connection), label_renames(connection)
    shown_in: dict[str, set[DatasetKind]] = defaultdict(set)
    proposed: dict[str, str] = {}
    for item in queue_items(connection, REVIEW_QUEUE):
        if item.dataset in kinds and answered.get((item.dataset, item.record_id)):
            shown_in[item.record_id].add(kinds[item.dataset])
            proposed[item.record_id] = current_label(item.label_at_push, renamed) if item.label_at_push else ""
    return {record: proposed[record] for record, found in shown_in.items() if found == {DatasetKind.BLIND}}


def _choices(votes: list[Vote]) -> list[str]:
    return [choice for actor in HUMAN_ACTORS for choice in latest_choices(votes, actor).values()]
