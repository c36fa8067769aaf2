"""Queue `adjudicate`: records on which people or sources disagree, for a lead to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.core.vocabulary import DecidedBy, State
from winnow.curation.annotations.votes import (
    ABSTAINED,
    REJECTED,
    Vote,
    latest_votes,
    needs_adjudication,
    votes_by_record,
)
from winnow.curation.labeling.label_options import OPTION_TITLES, REJECT_OPTION, SPECIAL_PREFIX
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.curation.store.database import Connection


@dataclass(frozen=True)
class _StoredDecisions:
    votes: list[Vote]
    source_names: dict[str, str]
    comments: dict[tuple[str, str], str]
    """By record and annotator."""


def adjudicate_candidates(
    rows: WorkingRows,
    votes: Iterable[Vote],
    source_names: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    doubtful: Set[str] = frozenset(),
) -> list[QueueCandidate]:
    """Disputed records, those on which annotators disagree, and `doubtful` ones, with everybody's decisions.

    `comments` are by record and annotator. Annotators are not named, so that the lead weighs the decisions and not who
    made them.
    """
    own = votes_by_record(votes)
    return [
        candidate_from_row(row, context=_decisions_as_text(own[row.id], source_names, comments))
        for row in rows
        if row.state == State.DISPUTED
        or (row.id in doubtful and row.decided_by != DecidedBy.ADJUDICATOR)
        or (row.state != State.SUPERSEDED and needs_adjudication(own[row.id]))
    ]


def unqueued_disputes(connection: Connection, rows: WorkingRows) -> list[str]:
    """Records that need an adjudicator and are not in the queue."""
    from winnow.curation.store.decisions import votes_of
    from winnow.curation.store.queue_items import queue_items

    queued = {item.record_id for item in queue_items(connection, ADJUDICATE.name) if not item.withdrawn}
    found = adjudicate_candidates(rows, votes_of(connection, of_people=True), {}, {})
    return [one.record_id for one in found if one.record_id not in queued]


def _read(connection: Connection, _: Task, __: WorkingRows) -> _StoredDecisions:
    from winnow.curation.store.decisions import votes_of
    from winnow.curation.store.responses import latest_comments
    from winnow.curation.store.sources import source_names

    return _StoredDecisions(votes_of(connection), source_names(connection), latest_comments(connection))


def _find(inputs: QueueInputs) -> list[QueueCandidate]:
    from winnow.curation.annotations.consensus import consensus_of_shared_records, records_to_adjudicate

    stored: _StoredDecisions = inputs.stored
    assert inputs.responses is not None
    doubtful = records_to_adjudicate(consensus_of_shared_records(inputs.responses, inputs.model.probabilities))
    return adjudicate_candidates(inputs.rows, stored.votes, stored.source_names, stored.comments, doubtful.keys())


def _decisions_as_text(
    votes: Sequence[Vote], source_names: Mapping[str, str], comments: Mapping[tuple[str, str], str]
) -> str:
    lines = []
    for vote in latest_votes(votes, "person").values():
        comment = comments.get((vote.record_id, vote.who))
        lines.append(f"One person says: {_choice_as_text(vote)}" + (f" (“{comment}”)" if comment else ""))
    lines += [f"An adjudicator says: {_choice_as_text(vote)}" for vote in latest_votes(votes, "adjudicator").values()]
    lines += [
        f"The file {source_names.get(vote.who.removeprefix('file:'), vote.who)} says: {_choice_as_text(vote)}"
        for vote in dict.fromkeys(v for v in votes if v.actor == "file")
    ]
    lines += [f"A generator proposed: {_choice_as_text(vote)}" for vote in latest_votes(votes, "model").values()]
    return "\n".join(lines)


def _choice_as_text(vote: Vote) -> str:
    if vote.choice == REJECTED:
        return "leave it out"
    return OPTION_TITLES.get(SPECIAL_PREFIX + vote.value, vote.value) if vote.choice == ABSTAINED else vote.value


ADJUDICATE = QueueDefinition(
    name="adjudicate",
    purpose=(
        "Annotators, or sources, disagree about these queries. Their decisions are shown below each query. "
        "Your response decides."
    ),
    dialogue_purpose=(
        "Annotators, or sources, disagree about these dialogues. What they decided is shown below each dialogue, with "
        "the answers that they wrote. Your response decides: choose the right behavior. If the answer in the dialogue "
        "is wrong, write the corrected answer, or copy one of those that are shown."
    ),
    find_candidates=_find,
    read=_read,
    default_count=None,
    special_options=(*QueueDefinition.special_options, REJECT_OPTION),
    context_title="Decisions so far",
    notes=("**leave it out**: no model should learn from this query: it makes no sense, or is not a query at all.",),
    dialogue_notes=(
        "**leave it out**: no model should learn from this dialogue, and no answer would make it useful: it makes no "
        "sense, or nobody would write it.",
    ),
    for_leads=True,
    uses_responses=True,
)
