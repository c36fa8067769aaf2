"""Queue `adjudicate`: records on which people or sources disagree, for a lead to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from sqlalchemy import Connection as SqlConnection

from winnow.curation.annotations.votes import (
    ABSTAINED,
    REJECTED,
    Vote,
    latest_votes,
    needs_adjudication,
    votes_by_record,
)
from winnow.curation.labeling.queues.definition import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.review_form import OPTION_TITLES, SPECIAL_PREFIX
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.queue_items import queue_items


def adjudicate_candidates(
    rows: WorkingRows,
    votes: Iterable[Vote],
    titles: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    doubtful: Set[str] = frozenset(),
) -> list[QueueCandidate]:
    """Disputed records, those on which people stand apart, and `doubtful` ones; with what was said.

    `titles` names sources, `comments` are by record and person; people are not named, so that the answer counts and not
    who gave it.
    """
    own = votes_by_record(votes)
    return [
        candidate_from_row(row, context=_decisions_as_text(own[row["id"]], titles, comments))
        for row in rows
        if row["state"] == "disputed"
        or (row["id"] in doubtful and row["decided_by"] != "adjudicator")
        or (row["state"] != "superseded" and needs_adjudication(own[row["id"]]))
    ]


def _decisions_as_text(
    votes: Sequence[Vote], titles: Mapping[str, str], comments: Mapping[tuple[str, str], str]
) -> str:
    lines = []
    for vote in latest_votes(votes, "person").values():
        comment = comments.get((vote.record_id, vote.who))
        lines.append(f"One person says: {_choice_as_text(vote)}" + (f" (“{comment}”)" if comment else ""))
    lines += [f"An adjudicator says: {_choice_as_text(vote)}" for vote in latest_votes(votes, "adjudicator").values()]
    lines += [
        f"The file {titles.get(vote.who.removeprefix('file:'), vote.who)} says: {_choice_as_text(vote)}"
        for vote in dict.fromkeys(v for v in votes if v.actor == "file")
    ]
    lines += [f"A generator proposed: {_choice_as_text(vote)}" for vote in latest_votes(votes, "model").values()]
    return "\n".join(lines)


def _choice_as_text(vote: Vote) -> str:
    if vote.choice == REJECTED:
        return "leave it out"
    return OPTION_TITLES.get(SPECIAL_PREFIX + vote.value, vote.value) if vote.choice == ABSTAINED else vote.value


def unqueued_disputes(connection: SqlConnection, rows: WorkingRows) -> list[str]:
    """Records that wait for an adjudicator and do not stand in the adjudicate queue."""
    placed = {item.record_id for item in queue_items(connection, "adjudicate") if not item.withdrawn}
    found = adjudicate_candidates(rows, votes_of(connection, of_people=True), {}, {})
    return [one.record_id for one in found if one.record_id not in placed]
