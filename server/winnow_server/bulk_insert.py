"""A patch of Argilla's bulk requests: nothing is read back for records that were inserted by the same request.

Unpatched, a bulk writes suggestions, vectors and responses by an upsert whose statement is built again for every value,
and then reads all of it back, twice. A new record has none of them yet, so plain inserts suffice, and what was inserted
is what would be read. Records that existed before take the unpatched path.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from argilla_server.bulk import records_bulk
from argilla_server.bulk.records_bulk import CreateRecordsBulk
from argilla_server.contexts import distribution
from argilla_server.models import Record, Response, Suggestion, Vector
from argilla_server.models.database import DatasetUser
from sqlalchemy import event, insert
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

NEW = "_winnow_new"
Pairs = list[tuple[Any, Any]]
"""Records, each with its suggestions, vectors or responses."""


def patch_bulk_inserts() -> None:
    """Apply the patch."""
    event.listen(Session, "pending_to_persistent", _mark_new)
    bulk: Any = CreateRecordsBulk
    bulk._upsert_records_suggestions = _insert_new(_insert_suggestions, bulk._upsert_records_suggestions)
    bulk._upsert_records_vectors = _insert_new(_insert_vectors, bulk._upsert_records_vectors)
    bulk._upsert_records_responses = _insert_new(_insert_responses, bulk._upsert_records_responses)
    module: Any = distribution
    module.unsafe_update_records_status = _skip_new(module.unsafe_update_records_status)
    module = records_bulk
    module._preload_records_relationships_before_index = _skip_new(module._preload_records_relationships_before_index)


def _mark_new(_: Session, instance: Any) -> None:
    """Mark a record as inserted by this request."""
    if isinstance(instance, Record):
        setattr(instance, NEW, True)


def _is_new(record: Any) -> bool:
    return NEW in record.__dict__


def _insert_new(
    insert_all: Callable[[Any, Pairs], Awaitable[None]], published: Callable[[Any, Pairs], Awaitable[Any]]
) -> Callable[[Any, Pairs], Awaitable[Any]]:
    """Insert what belongs to new records; upsert the rest as before."""

    @wraps(published)
    async def write(self: Any, pairs: Pairs) -> Any:
        await insert_all(self._db, [(record, given) for record, given in pairs if _is_new(record)])
        old = [(record, given) for record, given in pairs if not _is_new(record)]
        return await published(self, old) if old else []

    return write


def _skip_new(published: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Leave new records out: everything that would be read or set is known."""

    @wraps(published)
    async def skip_new(db: Any, records: Sequence[Any]) -> None:
        old = [record for record in records if not _is_new(record)]
        if old:
            await published(db, old)

    return skip_new


async def _insert_suggestions(db: Any, pairs: Pairs) -> None:
    held = [[dict(**one.model_dump(), record_id=record.id) for one in given or []] for record, given in pairs]
    _attach(pairs, "suggestions", await _insert(db, Suggestion, held))


async def _insert_vectors(db: Any, pairs: Pairs) -> None:
    held = []
    for record, given in pairs:
        settings = {name: record.dataset.vector_settings_by_name(name).id for name in given or {}}
        held.append(
            [
                {"value": value, "record_id": record.id, "vector_settings_id": settings[name]}
                for name, value in (given or {}).items()
            ]
        )
    _attach(pairs, "vectors", await _insert(db, Vector, held))


async def _insert_responses(db: Any, pairs: Pairs) -> None:
    """Insert responses, store who responded in the dataset, and set the status of the records."""
    who = {(one.user_id, record.dataset_id) for record, given in pairs for one in given or []}
    if who:
        seen = [{"user_id": user, "dataset_id": dataset} for user, dataset in who]
        keys = [DatasetUser.user_id, DatasetUser.dataset_id]
        await DatasetUser.upsert_many(db, objects=seen, constraints=keys, autocommit=False)
    held = [[dict(**one.model_dump(), record_id=record.id) for one in given or []] for record, given in pairs]
    made = await _insert(db, Response, held)
    _attach(pairs, "responses", made)
    _attach(pairs, "responses_submitted", [[one for one in some if one.is_submitted] for some in made])
    for record, given in pairs:
        if given:  # without a response the status stays pending, as created
            await distribution._update_record_status(db, record)


async def _insert(db: Any, model: Any, held: list[list[dict[str, Any]]]) -> list[list[Any]]:
    """Insert rows in one statement; return them as objects of the session, as if they had been read."""
    rows = []
    for row in (row for some in held for row in some):
        moment = datetime.utcnow()  # without a zone, as Argilla writes it
        row.update(id=uuid4(), inserted_at=moment, updated_at=moment)
        rows.append(row)
    if rows:
        await db.execute(insert(model.__table__), rows)
    made = [[_as_read(model(**row)) for row in some] for some in held]
    db.add_all([one for some in made for one in some])
    return made


def _as_read(instance: Any) -> Any:
    make_transient_to_detached(instance)
    return instance


def _attach(pairs: Pairs, name: str, made: list[list[Any]]) -> None:
    for (record, _), some in zip(pairs, made, strict=True):
        set_committed_value(record, name, some)
