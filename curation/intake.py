"""What `add` and `retract` write: sources, families with their reserve, records, sightings, decisions."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.rename import current, renamings
from curation.reserve import UNLABELED, NewFamily, Reserved, reserve
from curation.screen import Kept
from curation.store import tables as t
from curation.task import Task
from validators.faults import Fault, WinnowError

CHUNK = 10_000
"""Rows per executed statement."""


@dataclass(frozen=True)
class NewSource:
    """A file as it is added."""

    file_hash: str
    name: str
    settings: str
    """Columns and options, as JSON: the same file under other settings would count twice."""
    origin: str
    licence: str
    batch_id: str | None


@dataclass(frozen=True)
class Batch:
    """What one generator run made."""

    id: str
    generator: str
    prompt_version: str
    model: str


def live_records(connection: Connection, ids: set[str] | None = None) -> set[str]:
    """Records that at least one unretracted source shows; of `ids`, or all."""
    query = select(t.sighting.c.record_id).distinct().join(t.source).where(t.source.c.retracted_at.is_(None))
    found = {row[0] for row in connection.execute(query)}
    return found if ids is None else found & ids


def store_batch(connection: Connection, batch: Batch, now: str) -> None:
    """Store a batch once. Raises WinnowError when its name stands for another run."""
    stored = connection.execute(select(t.batch).where(t.batch.c.id == batch.id)).mappings().first()
    if stored is None:
        connection.execute(insert(t.batch).values(**asdict(batch), at=now))
        return
    different = {k: stored[k] for k, v in asdict(batch).items() if stored[k] != v}
    if different:
        fix = "give this run a batch name of its own"
        raise WinnowError(Fault(f"--batch {batch.id}", "other values", f"{different} as stored", fix))


def store_source(connection: Connection, new: NewSource, now: str) -> str:
    """The id of the live source for a file; made when there is none.

    Raises WinnowError when the file is a live source with other settings.
    """
    same_file = select(t.source).where(t.source.c.file_hash == new.file_hash).order_by(t.source.c.id)
    stored = connection.execute(same_file).mappings().all()
    live = next((row for row in stored if row["retracted_at"] is None), None)
    if live is not None:
        if live["settings"] == new.settings:
            return str(live["id"])
        fix = f"run `winnow retract {live['id']}` first, or add it with the same options"
        found = f"added before as source {live['id']} with {live['settings']}, now {new.settings}"
        raise WinnowError(Fault(new.name, found, "the same settings", fix))
    short = new.file_hash[:12]
    identity = short if not stored else f"{short}.{len(stored) + 1}"
    connection.execute(insert(t.source).values(**asdict(new), id=identity, at=now))
    return identity


def store_records(
    connection: Connection,
    task: Task,
    pairs: Sequence[tuple[str, Kept]],
    origins: Mapping[str, str],
    mended: Set[str],
    now: str,
) -> StayPut:
    """Store records that are new, with their family, and give new families their reserve.

    Returns how many known records keep another reserve or family than these rows give.
    `pairs` are source ids and rows; `origins` are those of the sources; `mended` are sources whose rows come back.
    """
    stored = {row[0] for row in connection.execute(select(t.record.c.id))}
    fresh: dict[str, list[tuple[str, Kept]]] = defaultdict(list)
    for source, row in pairs:
        if row.record_id not in stored:
            fresh[row.record_id].append((source, row))
    family_of = {record: family_id(task, rows[0][1]) for record, rows in fresh.items()}
    families = _new_families(connection, fresh, family_of, origins, mended)
    reserved = reserve(families, _eligible_counts(connection, task), task.splits)
    insert_new(connection, t.family, _family_rows(families, reserved, fresh, family_of, now))
    insert_new(connection, t.record, _record_rows(task, fresh, family_of, now))
    known = {row.record_id: row.split for _, row in pairs if row.split and row.record_id not in fresh}
    reserve_of = select(t.record.c.id, t.family.c.reserve).join(t.family, t.family.c.id == t.record.c.family_id)
    kept = {record: split for record, split in connection.execute(reserve_of) if record in known}
    given_away = ("train", "validation")  # a source without validation gives some of its train: no surprise
    return StayPut(
        reserves=sum(known[r] != split and (known[r], split) != given_away for r, split in kept.items()),
        families=_other_families(connection, task, [row for _, row in pairs if row.record_id not in fresh]),
    )


def _family_rows(
    families: Sequence[NewFamily],
    reserved: Mapping[str, Reserved],
    fresh: dict[str, list[tuple[str, Kept]]],
    family_of: Mapping[str, str],
    now: str,
) -> list[dict[str, Any]]:
    declared = {family_of[record]: rows[0][1].session or "" for record, rows in reversed(fresh.items())}
    strata = {family.id: family.stratum for family in families}
    return [
        {"id": f, "declared": declared[f], "reserve": r.reserve, "why": r.why, "stratum": strata[f], "at": now}
        for f, r in sorted(reserved.items())
    ]


def _record_rows(
    task: Task, fresh: Mapping[str, list[tuple[str, Kept]]], family_of: Mapping[str, str], now: str
) -> list[dict[str, Any]]:
    return [
        {
            "id": record,
            "kind": task.kind,
            "text": rows[0][1].text,
            "fold_key": rows[0][1].fold_key,
            "family_id": family_of[record],
            "at": now,
        }
        for record, rows in fresh.items()
    ]


@dataclass(frozen=True)
class StayPut:
    """Known records that stay where they were first put, whatever these rows say."""

    reserves: int
    """Another reserve than the official split that is given now."""
    families: int
    """Another family than the session that is declared now."""


def _other_families(connection: Connection, task: Task, rows: Sequence[Kept]) -> int:
    declared = {row.record_id: family_id(task, row) for row in rows if row.session or row.family}
    stored = connection.execute(select(t.record.c.id, t.record.c.family_id)) if declared else ()
    return sum(declared.get(record, family) != family for record, family in stored)


def family_id(task: Task, row: Kept) -> str:
    """The family that a row joins or declares; a row that does neither is a family of its own."""
    if row.family is not None:
        return row.family
    if row.session is None:
        return row.record_id
    return hashlib.sha256(f"{task.kind}\0session\0{row.session}".encode()).hexdigest()[:20]


def _new_families(
    connection: Connection,
    fresh: dict[str, list[tuple[str, Kept]]],
    family_of: dict[str, str],
    origins: Mapping[str, str],
    mended: Set[str],
) -> list[NewFamily]:
    known = {row[0] for row in connection.execute(select(t.family.c.id))}
    members: dict[str, list[str]] = defaultdict(list)
    for record in fresh:
        if family_of[record] not in known:
            members[family_of[record]].append(record)
    families = []
    for identity, records in members.items():
        shown = [pair for record in sorted(records) for pair in fresh[record]]
        labels = Counter(row.label for _, row in shown if row.label is not None)
        families.append(
            NewFamily(
                id=identity,
                stratum=min(labels, key=lambda label: (-labels[label], label)) if labels else UNLABELED,
                size=len(records),
                given=frozenset(row.split for _, row in shown if row.split is not None),
                train_only=all(origins[source] == "synthetic" for source, _ in shown),
                comes_back=all(source in mended for source, _ in shown),
            )
        )
    return families


def _eligible_counts(connection: Connection, task: Task) -> dict[tuple[str, str], int]:
    """Live records by (stratum, reserve), those left out that can only be train."""
    family = t.family.c
    live = select(t.sighting.c.record_id).join(t.source).where(t.source.c.retracted_at.is_(None))
    query = (
        select(family.stratum, family.reserve, func.count())
        .join(t.record, t.record.c.family_id == family.id)
        .where(family.why != "train_only", t.record.c.id.in_(live))
        .group_by(family.stratum, family.reserve)
    )
    renamed, labels = renamings(connection), set(task.label_names)
    counts: Counter[tuple[str, str]] = Counter()
    for stratum, split, count in connection.execute(query):
        counts[stratum if stratum in labels else current(stratum, renamed), split] += count
    return counts


def store_sightings(connection: Connection, pairs: Sequence[tuple[str, Kept]], now: str) -> None:
    """Store who showed what in which row, and the label that each file decides for."""
    sightings = [
        {
            "record_id": row.record_id,
            "source_id": source,
            "row": row.number,
            "given_label": row.given_label,
            "given_split": row.split,
            "session": row.session,
            "time": row.time,
        }
        for source, row in pairs
    ]
    known = _known_rows(connection, {source for source, _ in pairs})
    insert_new(connection, t.sighting, sightings)
    decisions = {
        (row.record_id, source, row.label): {
            "record_id": row.record_id,
            "actor": "file",
            "who": f"file:{source}",
            "kind": "label",
            "value": row.label,
            "why": f"row {row.number}",
            "at": now,
            "source_id": source,
        }
        for source, row in reversed(pairs)
        if row.label is not None and (source, row.number) not in known
    }
    insert_new(connection, t.decision, list(reversed(decisions.values())))


def _known_rows(connection: Connection, sources: set[str]) -> set[tuple[str, int]]:
    """Rows that a source has shown before: what they decide is decided, also if their label was renamed since."""
    query = select(t.sighting.c.source_id, t.sighting.c.row).where(t.sighting.c.source_id.in_(sources))
    return {(source, row) for source, row in connection.execute(query)}


def reserve_counts(connection: Connection, ids: set[str]) -> dict[str, int]:
    """How many of these records each reserve has."""
    query = select(t.record.c.id, t.family.c.reserve).join(t.family, t.family.c.id == t.record.c.family_id)
    counts = Counter(split for record, split in connection.execute(query) if record in ids)
    return {split: counts[split] for split in ("train", "validation", "test")}


def insert_new(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows; a row that is there already stays as it is."""
    for start in range(0, len(rows), CHUNK):
        connection.execute(insert(table).on_conflict_do_nothing(), rows[start : start + CHUNK])
