"""Queue `adjudicate`: records on which people or sources disagree, for a lead to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from winnow.core.vocabulary import DecisionKind, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.votes import (
    ABSTAINED,
    REJECTED,
    Vote,
    latest_choices,
    latest_votes,
    needs_adjudication,
    votes_by_record,
)
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.label_options import (
    ANSWER_IS_WRONG,
    LEAVE_OUT_DIALOGUE,
    LEAVE_OUT_QUERY,
    OPTION_TITLES,
    REJECT_OPTION,
    SPECIAL_PREFIX,
)
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.curation.store.database import Connection


NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class _StoredDecisions:
    votes: list[Vote]
    source_names: dict[str, str]
    comments: dict[tuple[str, str], str]
    """By record and annotator."""
    answers: dict[str, str]
    """Corrected answers by the id of their record."""


def adjudicate_candidates(
    rows: WorkingRows,
    votes: Iterable[Vote],
    source_names: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    doubtful: Set[str] = frozenset(),
    answers: Mapping[str, str] = NO_ANSWERS,
) -> list[QueueCandidate]:
    """Disputed records, those on which annotators disagree, and `doubtful` ones, with everybody's decisions.

    `comments` are by record and annotator, `answers` are the corrected answers that people wrote, by the id of their
    record. Annotators are not named, so that the lead weighs the decisions and not who made them.
    """
    own = votes_by_record(votes)
    return [
        candidate_from_row(
            row,
            context=_decisions_as_text(own[row.id], source_names, comments, answers),
            quoted_ids=sorted({vote.value for vote in own[row.id] if vote.kind == DecisionKind.CORRECTION}),
        )
        for row in rows
        if row.state == State.DISPUTED
        or (row.id in doubtful and not latest_choices(own[row.id], "adjudicator"))
        or (_counts(row, own[row.id]) and needs_adjudication(own[row.id]))
    ]


def _counts(row: WorkingRow, votes: Iterable[Vote]) -> bool:
    """Whether it matters what a record is: one that people corrected differently matters until a lead has decided."""
    corrected = row.sources and any(vote.kind == DecisionKind.CORRECTION for vote in votes)
    return row.state != State.SUPERSEDED or bool(corrected)


def unqueued_disputes(connection: Connection, rows: WorkingRows) -> list[str]:
    """Records that need an adjudicator and are not in the queue."""
    from winnow.curation.store.decisions import votes_of
    from winnow.curation.store.queue_items import queue_items

    queued = {item.record_id for item in queue_items(connection, ADJUDICATE.name) if not item.withdrawn}
    found = adjudicate_candidates(rows, votes_of(connection, of_people=True), {}, {})
    return [one.record_id for one in found if one.record_id not in queued]


def _read(connection: Connection, task: Task, _: WorkingRows) -> _StoredDecisions:
    from winnow.curation.store.decisions import votes_of
    from winnow.curation.store.responses import latest_comments
    from winnow.curation.store.sources import source_names

    votes = votes_of(connection)
    written = {vote.value for vote in votes if vote.kind == DecisionKind.CORRECTION}
    return _StoredDecisions(
        votes, source_names(connection), latest_comments(connection), written_answers(connection, task, written)
    )


def written_answers(connection: Connection, task: Task, records: Set[str]) -> dict[str, str]:
    """The answers of these records as people write them; a forgotten record has none."""
    from winnow.curation.store.records import contents_of_records

    form = kind_form(kind_of(task)).answer
    contents = contents_of_records(connection, {*records}) if form and records else {}
    return {record: form.as_text(content, task) for record, content in contents.items() if form and content}


def _find(inputs: QueueInputs) -> list[QueueCandidate]:
    from winnow.curation.annotations.consensus import consensus_of_shared_records, records_to_adjudicate
    from winnow.curation.annotations.weighted_consensus import KnownAnswers

    stored: _StoredDecisions = inputs.stored
    assert inputs.responses is not None
    known = None if inputs.gold is None else KnownAnswers(inputs.gold)
    doubtful = records_to_adjudicate(consensus_of_shared_records(inputs.responses, inputs.model.probabilities, known))
    return adjudicate_candidates(
        inputs.rows, stored.votes, stored.source_names, stored.comments, doubtful.keys(), stored.answers
    )


def _decisions_as_text(
    votes: Sequence[Vote],
    source_names: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    answers: Mapping[str, str],
) -> str:
    def decided(vote: Vote) -> str:
        return _choice_as_text(vote, answers)

    lines = []
    for vote in latest_votes(votes, "person").values():
        comment = comments.get((vote.record_id, vote.who))
        lines.append(f"One person says: {decided(vote)}" + (f" (“{comment}”)" if comment else ""))
    lines += [f"An adjudicator says: {decided(vote)}" for vote in latest_votes(votes, "adjudicator").values()]
    lines += [
        f"The file {source_names.get(vote.who.removeprefix('file:'), vote.who)} says: {decided(vote)}"
        for vote in dict.fromkeys(v for v in votes if v.actor == "file")
    ]
    lines += [f"A generator proposed: {decided(vote)}" for vote in latest_votes(votes, "model").values()]
    return "\n".join(lines)


def _choice_as_text(vote: Vote, answers: Mapping[str, str]) -> str:
    if vote.kind == DecisionKind.CORRECTION:
        return f"the answer is wrong, and right is:\n{answers.get(vote.value, '(forgotten)')}"
    if vote.choice == REJECTED:
        return vote.value if vote.value.startswith(ANSWER_IS_WRONG) else "leave it out"
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
    asks_correction=True,
    find_candidates=_find,
    read=_read,
    default_count=None,
    special_options=(*QueueDefinition.special_options, REJECT_OPTION),
    context_title="Decisions so far",
    notes=(LEAVE_OUT_QUERY,),
    dialogue_notes=(LEAVE_OUT_DIALOGUE,),
    for_leads=True,
    uses_responses=True,
)
