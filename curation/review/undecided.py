"""Reviewed records that no look at a lot may count yet: annotators disagree, or the second reviewer is missing."""

from __future__ import annotations

from collections import Counter

from winnow.curation.annotations.votes import needs_adjudication, votes_by_record
from winnow.curation.review.confirmed_blind import records_confirmed_blind
from winnow.curation.review.measured_queues import REVIEW_QUEUE
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.queue_items import queue_datasets, queue_items
from winnow.curation.store.responses import responder_counts


def undecided_records(connection: Connection) -> frozenset[str]:
    """Records on which annotators disagree, that lack a second reviewer, or whose answer nobody has seen."""
    votes = votes_by_record(votes_of(connection, of_people=True))
    disputed = {record for record, own in votes.items() if needs_adjudication(own)}
    open_datasets = [one for one in queue_datasets(connection, REVIEW_QUEUE) if not one.closed]
    overlap = Counter({one.name: one.overlap for one in open_datasets})
    responders = Counter(responder_counts(connection))
    half_reviewed = {
        item.record_id
        for item in queue_items(connection, REVIEW_QUEUE)
        if not item.withdrawn and 0 < responders[item.dataset, item.record_id] < overlap[item.dataset]
    }
    adjudicated = {record for record, own in votes.items() if any(vote.actor == "adjudicator" for vote in own)}
    confirmed_blind = records_confirmed_blind(connection, dict(votes))
    return frozenset(disputed | ((half_reviewed | confirmed_blind) - adjudicated))
