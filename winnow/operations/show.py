"""Show everything that is known about one record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.engine.compared_vectors import ComparedFor, as_compared
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vector_cache import cached_vectors
from winnow.curation.releases.membership import ReleaseMembership, releases_holding
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import StoredDecision, decisions_of
from winnow.curation.store.flags import RecordFlag, flags_of
from winnow.curation.store.forgotten import forgotten_by_id_prefix
from winnow.curation.store.groups import split_reason
from winnow.curation.store.label_proposals import ProposalOfRecord, proposals_of
from winnow.curation.store.occurrences import RecordOccurrence, occurrences_of
from winnow.curation.store.source_forms import source_form_of
from winnow.curation.store.supersessions import StoredSupersession, supersessions_of
from winnow.curation.store.working_view import working_rows
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind

NEAREST = 5


@dataclass(frozen=True)
class NearRecord:
    """A live record that is near another one."""

    similarity: float
    """Cosine, -1 to 1."""
    id: str
    """Record id."""
    text: str
    """What the embedding model reads."""
    label: str
    """Derived label; empty if it has none."""
    state: State
    """What is known about its label."""
    assigned_split: Split
    """The split of its group."""


@dataclass(frozen=True)
class RecordDetails:
    """One record with its history and nearest neighbors."""

    record: WorkingRow
    """The record as it is now."""
    readable: str
    """Its content as text for people."""
    source_form: str
    """What its first source held beside the content, as JSON; empty if nothing."""
    split_reason: str
    """Why its group has its split."""
    occurrences: list[RecordOccurrence]
    """The times that sources showed it, the first added first."""
    decisions: list[StoredDecision]
    """What people, files, rules and models decided about it."""
    proposals: list[ProposalOfRecord]
    """The labels that models proposed for it, oldest first."""
    supersessions: list[StoredSupersession]
    """What sources state about the records that it corrects, and about its corrections, retracted ones included. Those
    that count are in `superseded_by` and `supersedes` of the record."""
    flags: list[RecordFlag]
    """What checks noted about it."""
    neighbors: list[NearRecord] | None
    """Nearest live records; None when this record was never embedded."""
    releases: list[ReleaseMembership]
    """Releases that hold the record."""


def show(workspace: WorkspaceContext, record: str) -> RecordDetails:
    """One record with its occurrences, decisions, neighbors and releases."""
    with workspace.store.reading() as connection:
        return read_record(connection, workspace.folder, workspace.embedder(), record, kind_of(workspace.task))


def read_record(
    connection: Connection, folder: WorkspaceFolder, embedder: Embedder, wanted: str, kind: Kind
) -> RecordDetails:
    """Look a record up by id, a prefix of its id, or by its exact text.

    Raises WinnowError when no record or more than one matches.
    """
    rows = working_rows(connection)
    fits = [row for row in rows if row.id.startswith(wanted) or row.text == wanted]
    forgotten_row = forgotten_by_id_prefix(connection, wanted) if not fits else None
    if forgotten_row is not None:
        found = f"forgotten on {forgotten_row['at'][:10]}" + (
            f" ({forgotten_row['why']})" if forgotten_row["why"] else ""
        )
        raise WinnowError(Problem(f"show {wanted}", found, "a record that is there", "its content is gone for good"))
    if len(fits) != 1:
        found = "no record" if not fits else f"{counted(len(fits), 'record')}"
        fix = "give more of the id" if fits else "give an id, the beginning of one, or an exact text"
        raise WinnowError(Problem(f"show {wanted}", found, "one record", fix))
    record = fits[0]
    identity = record.id
    return RecordDetails(
        record=record,
        readable=kind.readable(record.content),
        source_form=source_form_of(connection, identity),
        split_reason=split_reason(connection, record.group),
        occurrences=occurrences_of(connection, identity),
        decisions=decisions_of(connection, identity),
        proposals=proposals_of(connection, identity),
        supersessions=supersessions_of(connection, identity),
        flags=flags_of(connection, identity),
        neighbors=_neighbors(record, rows, folder, embedder),
        releases=list(releases_holding(connection, folder, identity)),
    )


def _neighbors(
    record: WorkingRow, rows: list[WorkingRow], folder: WorkspaceFolder, embedder: Embedder
) -> list[NearRecord] | None:
    others = [row for row in rows if row.id != record.id and row.state != State.SUPERSEDED]
    cached = cached_vectors([record.text, *(row.text for row in others)], embedder.identity, folder.vectors)
    if record.text not in cached:
        return None
    known = [row for row in others if row.text in cached]
    if not known:
        return []
    texts = [record.text, *(row.text for row in known)]
    vectors = as_compared(texts, np.stack([cached[text] for text in texts]), embedder, ComparedFor.REPEATS)
    similarity = vectors[1:] @ vectors[0]
    best = np.argsort(-similarity, kind="stable")[:NEAREST]
    return [_near_record(known[i], float(similarity[i])) for i in best]


def _near_record(row: WorkingRow, similarity: float) -> NearRecord:
    return NearRecord(round(similarity, 4), row.id, row.text, row.label, row.state, row.assigned_split)
