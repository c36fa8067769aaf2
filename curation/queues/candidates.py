"""Which records a queue would hold. Pure: rows and votes in, candidates out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curation.chance import keyed
from curation.labels import ABSTAINED, REJECTED, Vote, latest_votes, unsettled
from curation.queues.questions import SPECIAL, TITLES, Kind

if TYPE_CHECKING:
    import pandas as pd

    from curation.suspects import Suspect

EVIDENCE = 3
"""Nearest records of other labels that are shown."""
BY_A_MODEL = "a model that did not see this query"


@dataclass(frozen=True)
class Candidate:
    """A record that people might see."""

    record_id: str
    text: str
    weight: int
    """How often it was seen."""
    reserve: str
    label_then: str | None = None
    """Its label now, which the answers are held against."""
    context: str | None = None
    """What people are told about it."""
    kind: Kind = "open"
    quotes: tuple[str, ...] = ()
    """Other records whose texts the context shows."""


Rows = Sequence[Mapping[str, Any]]


def to_label(rows: Rows) -> list[Candidate]:
    """Unlabeled records."""
    return [_candidate(row) for row in rows if row["state"] == "unlabeled"]


def to_audit(rows: Rows) -> list[Candidate]:
    """Records that have their label from a file, and that no machine wrote."""
    return [
        _candidate(row)
        for row in rows
        if row["state"] == "labeled" and row["decided_by"] == "file" and row["origin"] != "synthetic"
    ]


def to_adjudicate(
    rows: Rows,
    votes: Iterable[Vote],
    titles: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    doubtful: Set[str] = frozenset(),
) -> list[Candidate]:
    """Disputed records, those on which people stand apart, and `doubtful` ones; with what was said.

    `titles` names sources, `comments` are by record and person; people are not named, so that the answer counts and not
    who gave it.
    """
    own = by_record(votes)
    return [
        _candidate(row, context=_said(own[row["id"]], titles, comments))
        for row in rows
        if row["state"] == "disputed"
        or (row["id"] in doubtful and row["decided_by"] != "adjudicator")
        or (row["state"] != "superseded" and unsettled(own[row["id"]]))
    ]


def from_suspects(rows: Rows, suspects: Sequence[Suspect], *, told: str = BY_A_MODEL) -> list[Candidate]:
    """Suspects whose label is from a file, in their order, with the nearest records of both labels.

    `rows` are those that the suspects' positions count; `told` says who doubts.
    """
    found = []
    for one in suspects:
        row = rows[one.position]
        if one.score <= 0 or row["decided_by"] != "file":
            continue
        beside = [*one.near_given[:EVIDENCE], *one.near_proposed[:EVIDENCE]]
        quoted = [
            (rows[i]["id"], f"{rows[i]['label']}: {rows[i]['text']} (similarity {cosine:.2f})") for i, cosine in beside
        ]
        head = (
            f"Labeled {one.given} by a file; {told} would say {one.proposed} "
            f"(probability {one.proposed_probability:.2f}, {one.given}: {one.given_probability:.2f}). Nearest of both:"
        )
        found.append(_candidate(row, context="\n".join([head, *(line for _, line in quoted)]), quotes=quoted))
    return found


def by_record(votes: Iterable[Vote]) -> Mapping[str, list[Vote]]:
    """Votes by what they are about; nobody voted on what is not there."""
    found: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        found[vote.record_id].append(vote)
    return found


def to_relabel(rows: Rows, conflicts: pd.DataFrame) -> list[Candidate]:
    """Records that stand near others under another label, the nearest pairs first, with what stands near them.

    `conflicts` has one row a pair, the most similar first: ids `left` and `right`, and `similarity`.
    """
    by_id = {row["id"]: row for row in rows}
    near: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for left, right, similarity in conflicts[["left", "right", "similarity"]].itertuples(index=False):
        for one, other in ((left, right), (right, left)):
            beside = by_id[other]
            near[one].append((other, f"{beside['label']}: {beside['text']} (similarity {similarity:.2f})"))
    return [
        _candidate(
            by_id[record], context=_evidence(str(by_id[record]["label"]), found[:EVIDENCE]), quotes=found[:EVIDENCE]
        )
        for record, found in near.items()
        if by_id[record]["decided_by"] == "file"
    ]


def ranks(candidates: Sequence[Candidate], key: str, queue: str) -> list[int]:
    """A random order that is the same every time: by a keyed hash of the record."""
    hashes = [keyed(key, queue, one.record_id) for one in candidates]
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    placed = [0] * len(order)
    for rank, position in enumerate(order):
        placed[position] = rank
    return placed


def _candidate(
    row: Mapping[str, Any], *, context: str | None = None, quotes: Sequence[tuple[str, str]] = ()
) -> Candidate:
    return Candidate(
        row["id"],
        row["text"],
        int(row["weight"]),
        row["reserve"],
        row["label"] or None,
        context=context,
        quotes=tuple(record for record, _ in quotes),
    )


def _said(votes: Sequence[Vote], titles: Mapping[str, str], comments: Mapping[tuple[str, str], str]) -> str:
    lines = []
    for vote in latest_votes(votes, "person").values():
        comment = comments.get((vote.record_id, vote.who))
        lines.append(f"One person says: {_choice(vote)}" + (f" (“{comment}”)" if comment else ""))
    lines += [f"An adjudicator says: {_choice(vote)}" for vote in latest_votes(votes, "adjudicator").values()]
    lines += [
        f"The file {titles.get(vote.who.removeprefix('file:'), vote.who)} says: {_choice(vote)}"
        for vote in dict.fromkeys(v for v in votes if v.actor == "file")
    ]
    lines += [f"A generator proposed: {_choice(vote)}" for vote in latest_votes(votes, "model").values()]
    return "\n".join(lines)


def _choice(vote: Vote) -> str:
    if vote.choice == REJECTED:
        return "leave it out"
    return TITLES.get(SPECIAL + vote.value, vote.value) if vote.choice == ABSTAINED else vote.value


def _evidence(label: str, found: Sequence[tuple[str, str]]) -> str:
    told = [line for _, line in found]
    return "\n".join([f"Labeled {label} by a file. Nearly the same, under other labels:", *told])
