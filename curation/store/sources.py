"""Sources (added files) and the generation batches they come from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.store import tables


@dataclass(frozen=True)
class NewSource:
    """A file to be added."""

    file_hash: str
    name: str
    settings: str
    """Columns and options, as JSON: the same file with other settings would count twice."""
    origin: str
    license: str
    batch_id: str | None


@dataclass(frozen=True)
class GenerationBatch:
    """The output of one generator run."""

    id: str
    generator: str
    prompt_version: str
    model: str


@dataclass(frozen=True)
class StoredSource:
    """How a file was added."""

    origin: str
    license: str
    settings: str
    """Columns and options, as JSON."""
    batch: GenerationBatch | None
    """The batch of a synthetic source."""


def sources_by_file_hash(connection: Connection) -> dict[str, StoredSource]:
    """How each file was added, by its hash: its live source, else its last one."""
    batches = {
        row["id"]: GenerationBatch(row["id"], row["generator"], row["prompt_version"], row["model"])
        for row in connection.execute(select(tables.batch)).mappings()
    }
    rows = sorted(sources_as_added(connection), key=lambda row: row["retracted_at"] is None)
    return {
        row["file_hash"]: StoredSource(row["origin"], row["license"], row["settings"], batches.get(row["batch_id"]))
        for row in rows
    }


def store_batch(connection: Connection, batch: GenerationBatch, now: str) -> None:
    """Store a batch once. Raises WinnowError when a different run already has this name."""
    stored = connection.execute(select(tables.batch).where(tables.batch.c.id == batch.id)).mappings().first()
    if stored is None:
        connection.execute(insert(tables.batch).values(**asdict(batch), at=now))
        return
    different = {k: stored[k] for k, v in asdict(batch).items() if stored[k] != v}
    if different:
        fix = "choose another batch name for this run"
        raise WinnowError(Problem(Parameter("batch"), f"{batch.id} is stored with other values", f"{different}", fix))


def store_source(connection: Connection, new: NewSource, now: str) -> str:
    """The id of the live source of a file; creates the source when there is none.

    Raises WinnowError when the file is a live source with other settings.
    """
    same_file = select(tables.source).where(tables.source.c.file_hash == new.file_hash).order_by(tables.source.c.id)
    stored = connection.execute(same_file).mappings().all()
    live = next((row for row in stored if row["retracted_at"] is None), None)
    if live is not None:
        if live["settings"] == new.settings:
            return str(live["id"])
        fix = f"run `{command('retract', live['id'])}` first, or add the file with the same options"
        found = f"already added as source {live['id']} with {live['settings']}, now {new.settings}"
        raise WinnowError(Problem(new.name, found, "the same settings", fix))
    short = new.file_hash[:12]
    identity = short if not stored else f"{short}.{len(stored) + 1}"
    connection.execute(insert(tables.source).values(**asdict(new), id=identity, at=now))
    return identity


CORRECTIONS_BY = "corrections_by"
"""Who wrote the corrected answers, in the settings of a source of them."""

LABELS_BY = "labels_by"
"""Who corrected or confirmed labels, in the settings of a source of such decisions; it has no rows."""


class SourceOfRecord(NamedTuple):
    """What an unretracted source states about the records that it contains."""

    origin: str
    license: str
    batch_id: str | None


def sources_of_record(connection: Connection, record: str) -> list[SourceOfRecord]:
    """The unretracted sources that contain a record, the first added first."""
    column, source = tables.occurrence.c, tables.source
    query = (
        select(source.c.origin, source.c.license, source.c.batch_id)
        .join(source, source.c.id == column.source_id)
        .where(column.record_id == record, source.c.retracted_at.is_(None))
        .order_by(column.id)
    )
    return list(dict.fromkeys(SourceOfRecord(*row) for row in connection.execute(query)))


def is_only_correction(connection: Connection, record: str) -> bool:
    """Whether a record is in unretracted sources of corrected answers alone: nobody added it otherwise."""
    column, source = tables.occurrence.c, tables.source
    query = (
        select(source.c.settings)
        .join(tables.occurrence, source.c.id == column.source_id)
        .where(column.record_id == record, source.c.retracted_at.is_(None))
    )
    return all(CORRECTIONS_BY in json.loads(settings) for settings in connection.execute(query).scalars())


def all_sources(connection: Connection) -> list[dict[str, Any]]:
    """Every source ever added, retracted ones included, by file hash."""
    query = select(tables.source).order_by(tables.source.c.file_hash, tables.source.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def source_names(connection: Connection) -> dict[str, str]:
    """File names by source id."""
    return {row.id: row.name for row in connection.execute(select(tables.source.c.id, tables.source.c.name))}


def sources_as_added(connection: Connection) -> list[dict[str, Any]]:
    """Every source ever added, retracted ones included, in the order in which they were added."""
    query = select(tables.source).order_by(text("rowid"))
    return [dict(row) for row in connection.execute(query).mappings()]


def records_of_source(connection: Connection, source: str) -> set[str]:
    """The records that a source contains."""
    column = tables.occurrence.c
    query = select(column.record_id).where(column.source_id == source).distinct()
    return {row[0] for row in connection.execute(query)}


def mark_retracted(connection: Connection, source: str, *, why: str, at: str) -> None:
    """Mark a source as retracted."""
    values = {"retracted_at": at, "retracted_why": why}
    connection.execute(update(tables.source).where(tables.source.c.id == source).values(**values))
