"""Rows that correct a stored record: which are valid, the group that they join, and what is stored about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.vocabulary import HOLD_OUT_SPLITS, DropReason, Origin
from winnow.curation.annotations.superseded import Supersession, reachable
from winnow.curation.ingest.screen import DroppedRow, KeptRow
from winnow.curation.ingest.screen_file import ScreenedFile
from winnow.curation.ingest.store_records import group_of_rows
from winnow.curation.store.database import Connection
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.records import contents_of_records, groups_of_records, record_ids, splits_of_records
from winnow.curation.store.supersessions import insert_supersessions, live_supersessions
from winnow.curation.store.working_view import corrected_records, working_rows
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop


@dataclass(frozen=True)
class StoredForCorrections:
    """What the workspace holds about the records that rows correct, and about these rows."""

    contents: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    """The assigned split of each of them."""
    forgotten: frozenset[str] = frozenset()
    supersessions: frozenset[Supersession] = frozenset()
    """What unretracted sources state."""


def read_for_corrections(connection: Connection, screened: Sequence[ScreenedFile]) -> StoredForCorrections:
    """What is stored about the corrections in files; nothing is read if there are none."""
    rows = [row for one in screened for row in one.kept if row.supersedes]
    if not rows:
        return StoredForCorrections()
    wanted = {row.supersedes for row in rows if row.supersedes} | {row.record_id for row in rows}
    splits = splits_of_records(connection, wanted)
    contents = contents_of_records(connection, set(splits))
    return StoredForCorrections(contents, splits, forgotten_ids(connection), live_supersessions(connection))


class _Place(NamedTuple):
    """Where a row is: the position of its file, and its number there."""

    file: int
    number: int


def checked_corrections(
    screened: Sequence[ScreenedFile], kind: Kind, stored: StoredForCorrections
) -> list[ScreenedFile]:
    """The files without invalid corrections, which are dropped with the reason.

    A drop may leave another correction without its record, so the rows are checked until none is dropped.
    """
    if not any(row.supersedes for one in screened for row in one.kept):
        return list(screened)
    found = [replace(one, kept=[_without_forgotten(row, stored) for row in one.kept]) for one in screened]
    while drops := _drops(found, kind, stored):
        found = [_without_dropped(position, one, drops) for position, one in enumerate(found)]
    return found


def _without_forgotten(row: KeptRow, stored: StoredForCorrections) -> KeptRow:
    """A known record stays as it is when the record that it corrects is forgotten."""
    is_known = row.record_id in stored.splits
    return replace(row, supersedes=None) if is_known and row.supersedes in stored.forgotten else row


def _without_dropped(position: int, one: ScreenedFile, drops: Mapping[_Place, Drop]) -> ScreenedFile:
    given = {row.number: row for row in one.reading.rows}
    lost = {row.number: drop for row in one.kept if (drop := drops.get(_Place(position, row.number)))}
    dropped = [*one.dropped, *(DroppedRow(given[number], drop) for number, drop in lost.items())]
    kept = [row for row in one.kept if row.number not in lost]
    return replace(one, kept=kept, dropped=sorted(dropped, key=lambda dropped_row: dropped_row.row.number))


def _drops(screened: Sequence[ScreenedFile], kind: Kind, stored: StoredForCorrections) -> dict[_Place, Drop]:
    """Why corrections are dropped, by their place. Cycles are searched when no correction has another problem."""
    placed = [(_Place(i, row.number), one, row) for i, one in enumerate(screened) for row in one.kept]
    contents = {**{row.record_id: row.content for _, _, row in placed}, **stored.contents}
    corrections = [(place, one, row, row.supersedes) for place, one, row in placed if row.supersedes]
    problems = {
        place: drop
        for place, one, row, older in corrections
        if (drop := _problem(one.origin, row, older, kind, contents, stored))
    }
    direct: dict[str, set[str]] = defaultdict(set)
    for known in stored.supersessions:
        direct[known.record].add(known.superseded)
    for _, _, row, older in corrections:
        direct[row.record_id].add(older)
    return problems or {place: drop for place, _, row, older in corrections if (drop := _cycle(row, older, direct))}


def correction_problem(row: KeptRow, older: str, origin: str, kind: Kind, stored: StoredForCorrections) -> Drop | None:
    """Why a single row of an origin cannot correct a stored record."""
    direct: dict[str, set[str]] = defaultdict(set)
    for known in (*stored.supersessions, Supersession(row.record_id, older)):
        direct[known.record].add(known.superseded)
    return _problem(origin, row, older, kind, stored.contents, stored) or _cycle(row, older, direct)


def _problem(
    origin: str, row: KeptRow, older: str, kind: Kind, contents: Mapping[str, str], stored: StoredForCorrections
) -> Drop | None:
    """Why a row cannot correct a record."""
    if older == row.record_id:
        return Drop(DropReason.SUPERSEDES_ITSELF, f"its content is that of {older}, the record to supersede")
    if older in stored.forgotten:
        return Drop(DropReason.FORGOTTEN, f"record {older}, which it corrects, was forgotten")
    if older not in contents:
        return Drop(DropReason.SUPERSEDES_UNKNOWN, f"no record {older!r} in the workspace or in these files")
    if kind.request_key and kind.request_key(contents[older]) != kind.request_key(row.content):
        return Drop(DropReason.SUPERSEDES_OTHER_REQUEST, f"record {older} has other user turns or offered tools")
    return _hold_out_problem(origin, row, stored.splits.get(older), stored)


def _hold_out_problem(origin: str, row: KeptRow, split: str | None, stored: StoredForCorrections) -> Drop | None:
    """Why a row cannot take the place of a record of a split: hold-out is written by people, and never moves."""
    if split not in HOLD_OUT_SPLITS:
        return None
    if origin == Origin.SYNTHETIC:
        return Drop(DropReason.SUPERSEDES_HOLD_OUT, f"a synthetic row for record {row.supersedes} of {split}")
    own = stored.splits.get(row.record_id, split)
    detail = f"record {row.record_id} is in {own} already, and record {row.supersedes} in {split}"
    return Drop(DropReason.SUPERSEDES_HOLD_OUT, detail) if own != split else None


def _cycle(row: KeptRow, older: str, direct: Mapping[str, set[str]]) -> Drop | None:
    if row.record_id not in reachable(older, direct):
        return None
    return Drop(
        DropReason.SUPERSEDES_IN_CYCLE, f"record {older} supersedes {row.record_id}, directly or through others"
    )


def in_groups_of_superseded(
    connection: Connection, task: Task, pairs: Sequence[tuple[str, KeptRow]]
) -> list[tuple[str, KeptRow]]:
    """Source ids and rows; a correction joins the group of the record that it corrects, whatever session it states."""
    if not any(row.supersedes for _, row in pairs):
        return list(pairs)
    groups = groups_of_records(connection)
    rows: dict[str, list[KeptRow]] = defaultdict(list)
    for _, row in pairs:
        rows[row.record_id].append(row)
    first = {record: _first_of_chain(record, rows, groups) for record in rows}
    found = {record: groups.get(one) or group_of_rows(task, rows[one]) for record, one in first.items()}
    return [(source, replace(row, group=found[row.record_id]) if row.supersedes else row) for source, row in pairs]


def _first_of_chain(record: str, rows: Mapping[str, Sequence[KeptRow]], groups: Mapping[str, str]) -> str:
    """The record whose group all corrections of a chain join: the nearest stored one, else the oldest."""
    while older := min((one.supersedes for one in rows.get(record, ()) if one.supersedes), default=None):
        if older not in groups and older not in rows:
            break
        record = older
        if record in groups:
            break
    return record


class Effect(NamedTuple):
    """What stored corrections change."""

    superseded: int = 0
    """Records in unretracted sources that are superseded since now."""
    notes: Sequence[str] = ()
    """How many corrections have no effect yet; empty if all have."""


def store_supersessions(connection: Connection, pairs: Sequence[tuple[str, KeptRow]], now: str) -> Effect:
    """Store which record each correction supersedes, and which row says so. Call it after the rows are stored."""
    corrections = [(source, row) for source, row in pairs if row.supersedes]
    if not corrections:
        return Effect()
    before = corrected_records(connection)
    stored = record_ids(connection)
    rows = [_supersession_row(source, row, now) for source, row in corrections if row.supersedes in stored]
    insert_supersessions(connection, rows)
    effect = {row.id: row.supersedes for row in working_rows(connection)}
    waiting = len({row.record_id for _, row in corrections if row.supersedes not in effect[row.record_id]})
    return Effect(len(corrected_records(connection) - before), _waiting_notes(waiting))


def _supersession_row(source: str, row: KeptRow, now: str) -> dict[str, Any]:
    return {
        "record_id": row.record_id,
        "superseded_id": row.supersedes,
        "source_id": source,
        "who": f"file:{source}",
        "why": f"row {row.number}",
        "at": now,
    }


def _waiting_notes(waiting: int) -> list[str]:
    reason = "a machine wrote them and nobody has accepted them, or they were rejected"
    return [f"{counted(waiting, 'correction')} without effect: {reason}"] if waiting else []
