"""Which records a machine wrote, whatever later files say about them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from winnow.core.example import repeat_key, repeat_key_with_markup
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import ArtifactKind, Origin
from winnow.curation.store import tables
from winnow.curation.store.tables import artifact, batch, candidate, forgotten, generation_run, occurrence, source

Producer = tuple[str, str, str]
"""Generator, prompt version and model."""

KEY_HASH_CHARACTERS = 20
"""Length of the hash of a repeat key that a candidate keeps: 80 bits, like record ids."""


class MachineEvidence(NamedTuple):
    """The first time that a machine is known to have written a text."""

    position: float
    """Its place among the ids of occurrences; a candidate has the place half-way after the last one before it."""
    producer: Producer
    """What wrote it."""


@dataclass(frozen=True)
class MachineWritten:
    """What machines wrote: texts by their repeat keys, and the records that repeat them."""

    keys: frozenset[str] = frozenset()
    """Repeat keys that a machine wrote before any unretracted file showed them."""
    key_hashes: frozenset[str] = frozenset()
    """Hashes of the repeat keys of candidates and of forgotten records, which keep no text."""
    records: Mapping[str, Producer] = field(default_factory=dict)
    """The producer of each machine-written record."""
    record_keys: Mapping[str, str] = field(default_factory=dict)
    """The repeat key of each record that was shown after a machine wrote its key, machine-written or not."""

    def repeats(self, fold_key: str) -> bool:
        """Whether a new record with this fold key would be machine-written."""
        if not self.keys and not self.key_hashes:
            return False
        key = repeat_key(fold_key)
        hashes = {key_hash(key), key_hash(repeat_key_with_markup(fold_key))}
        return key in self.keys or not hashes.isdisjoint(self.key_hashes)


def key_hash(key: str) -> str:
    """The hash of a repeat key, as candidates and forgotten records keep it."""
    return stable_hash("repeat_key", key, length=KEY_HASH_CHARACTERS)


def machine_written(connection: Connection) -> MachineWritten:
    """The records that a machine wrote.

    A record is machine-written if a synthetic source, retracted or not, showed it before any unretracted source of
    another origin did, or if a synthetic source or a candidate of a generation run had its repeat key before any
    unretracted source of another origin had. A candidate that repeated what a file showed at the time does not count.
    """
    shown = _shown_by_machines(connection)
    candidates: Sequence[Any] = connection.execute(
        select(candidate.c.record_id, candidate.c.key_hash, candidate.c.last_occurrence, candidate.c.at)
        .add_columns(generation_run.c.generator, generation_run.c.prompt_version, generation_run.c.model)
        .join(generation_run)
    ).fetchall()
    if not shown and not candidates:
        return MachineWritten()
    fold_keys = connection.execute(select(tables.record.c.id, tables.record.c.fold_key)).fetchall()
    key_of = dict.fromkeys(shown, "") | {record: repeat_key(fold) for record, fold in fold_keys}
    hash_of = _current_hashes(fold for _, fold in fold_keys)
    hashes = {record: hash_of.get(old, old) for record, old in _forgotten_hashes(connection).items()}
    candidates = [(record, hash_of.get(old, old), *others) for record, old, *others in candidates]
    shared = {key_hash(key): key for key in set(key_of.values())} if hashes else {}
    key_of |= {record: shared.get(hashed, "") for record, hashed in hashes.items()}
    key_of = {record: key or record for record, key in key_of.items()}  # a forgotten record has no fold key
    by_hash = _candidate_evidence(connection, candidates, key_of)
    for record, hashed in hashes.items():
        if record in shown:
            by_hash[hashed] = min(shown[record], by_hash.get(hashed, shown[record]))
    return _classified(shown, by_hash, key_of, _first_shown_by_others(connection))


def _current_hashes(folds: Iterable[str]) -> dict[str, str]:
    """The hash of each repeat key that left HTML in, as former versions stored it, to the one without HTML."""
    marked = [fold for fold in folds if "&" in fold or "<" in fold]
    return {key_hash(repeat_key_with_markup(fold)): key_hash(repeat_key(fold)) for fold in marked}


def _forgotten_hashes(connection: Connection) -> dict[str, str]:
    """The hash of the repeat key of each forgotten record that has one."""
    query = select(forgotten.c.record_id, forgotten.c.key_hash).where(forgotten.c.key_hash.is_not(None))
    return dict(connection.execute(query).tuples().all())


def _classified(
    shown: Mapping[str, MachineEvidence],
    by_hash: Mapping[str, MachineEvidence],
    key_of: Mapping[str, str],
    first_shown: Mapping[str, int],
) -> MachineWritten:
    """Compare when machines and when other sources first showed each record and each key."""
    evidence = _evidence_by_key(shown, by_hash, key_of)
    key_first_shown: dict[str, int] = {}
    for record, position in first_shown.items():
        if (key := key_of.get(record)) in evidence:
            key_first_shown[key] = min(position, key_first_shown.get(key, position))
    keys = {key for key, one in evidence.items() if one.position < key_first_shown.get(key, math.inf)}
    records: dict[str, Producer] = {}
    record_keys: dict[str, str] = {}
    for record, key in key_of.items():
        if key not in evidence:
            continue
        first, own = first_shown.get(record, math.inf), shown.get(record)
        if key in keys or (own and own.position < first):
            records[record] = (own or evidence[key]).producer
        if record in records or evidence[key].position < first:
            record_keys[record] = key
    shown_first = {key_hash(key) for key in key_first_shown.keys() - keys} if by_hash else set()
    return MachineWritten(frozenset(keys), frozenset(by_hash.keys() - shown_first), records, record_keys)


def _evidence_by_key(
    shown: Mapping[str, MachineEvidence], by_hash: Mapping[str, MachineEvidence], key_of: Mapping[str, str]
) -> dict[str, MachineEvidence]:
    """The first evidence for each repeat key of a record."""
    evidence: dict[str, MachineEvidence] = {}
    for record, one in shown.items():
        evidence[key_of[record]] = min(one, evidence.get(key_of[record], one))
    for key in set(key_of.values()) if by_hash else ():
        if found := by_hash.get(key_hash(key)):
            evidence[key] = min(found, evidence.get(key, found))
    return evidence


def _shown_by_machines(connection: Connection) -> dict[str, MachineEvidence]:
    """The first occurrence of each record in a synthetic source, retracted ones included."""
    query = (
        select(occurrence.c.record_id, func.min(_position(connection)))
        .add_columns(batch.c.generator, batch.c.prompt_version, batch.c.model)
        .join(source, source.c.id == occurrence.c.source_id)
        .join(batch, batch.c.id == source.c.batch_id, isouter=True)
        .where(source.c.origin == Origin.SYNTHETIC)
        .group_by(occurrence.c.record_id)
    )
    return {
        record: MachineEvidence(position, (generator or "", prompt_version or "", model or ""))
        for record, position, generator, prompt_version, model in connection.execute(query)
    }


def _first_shown_by_others(connection: Connection) -> dict[str, int]:
    """The first occurrence of each record in an unretracted source that is not synthetic."""
    query = (
        select(occurrence.c.record_id, func.min(_position(connection)))
        .join(source, source.c.id == occurrence.c.source_id)
        .where(source.c.origin != Origin.SYNTHETIC, source.c.retracted_at.is_(None))
        .group_by(occurrence.c.record_id)
    )
    return dict(connection.execute(query).tuples().all())


def _position(connection: Connection) -> ColumnElement[int]:
    """The place of an occurrence in time: its id, and the first place of the same release for rows of a release.

    These rows are not added in the order in which they were first shown, and the release states their origin. Only
    releases of this workspace count: older versions stored whatever release a file of dropped rows named.
    """
    release = func.json_extract(source.c.settings, "$.release")
    recorded = select(artifact.c.sha256).where(artifact.c.kind == ArtifactKind.RELEASE)
    query = select(release, func.min(occurrence.c.id)).join(source).where(release.in_(recorded)).group_by(release)
    first = dict(connection.execute(query).tuples().all())
    return case(first, value=release, else_=occurrence.c.id) if first else occurrence.c.id


def _candidate_evidence(
    connection: Connection, candidates: Sequence[Any], key_of: Mapping[str, str]
) -> dict[str, MachineEvidence]:
    """The first candidate of each hashed key, without those that repeated a record which a file had shown before."""
    if not candidates:
        return {}
    before = _shown_by_files(connection, key_of)
    found: dict[str, MachineEvidence] = {}
    for record, stored_hash, last, at, *producer in candidates:
        hashed = stored_hash or key_hash(key_of.get(record, record))  # candidates of Winnow 0.3.0 have no hash
        repeated = any(position <= last and retracted > at for position, retracted in before.get(hashed, ()))
        if not repeated:
            evidence = MachineEvidence(last + 0.5, (producer[0], producer[1], producer[2]))
            found[hashed] = min(evidence, found.get(hashed, evidence))
    return found


NEVER = "9999"
"""Later than any stored time."""


def _shown_by_files(connection: Connection, key_of: Mapping[str, str]) -> dict[str, set[tuple[int, str]]]:
    """Where files that are not synthetic first showed each hashed key, and until when each of them counted."""
    query = (
        select(occurrence.c.record_id, func.min(occurrence.c.id), source.c.retracted_at)
        .join(source, source.c.id == occurrence.c.source_id)
        .where(source.c.origin != Origin.SYNTHETIC)
        .group_by(occurrence.c.record_id, source.c.id)
    )
    found: dict[str, set[tuple[int, str]]] = {}
    for record, position, retracted in connection.execute(query):
        if record in key_of:
            found.setdefault(key_hash(key_of[record]), set()).add((position, retracted or NEVER))
    return found
