"""Which records match, as SQL."""

from __future__ import annotations

import json
from typing import Any

from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.models import Dataset
from argilla_server.search_engine import Filter, TextQuery
from sqlalchemy import text

from winnow_server import queues
from winnow_server.clauses import Values, where
from winnow_server.reading import reader
from winnow_server.typed import TooLongError, parse


async def rows_of(sql: str, values: dict[str, Any]) -> list[Any]:
    """What a statement finds, through the engine's own connections."""
    async with reader().connect() as connection:
        return list(map(tuple, (await connection.execute(text(sql), values)).all()))


async def matching(
    dataset: Dataset, query: TextQuery | str | None, wanted: Filter | None, among: list[str] | None
) -> set[str]:
    """The records that match, of all or of some."""
    values = Values()
    found = found_in(dataset, query, wanted, values, among)
    return {
        name
        for (name,) in await rows_of(f"{found} SELECT r.id FROM found JOIN records r ON r.rowid = place", values.bound)
    }


def found_in(
    dataset: Dataset,
    query: TextQuery | str | None,
    wanted: Filter | None,
    values: Values,
    among: list[str] | None = None,
    keys: str = "",
) -> str:
    """The records that match, as a common table: where each stands, its score, and what it is ordered by."""
    conditions = [f"r.dataset_id = {values.bind(dataset.id.hex)}"]
    if among is not None:
        conditions.append(f"r.id IN (SELECT value FROM json_each({values.bind(json.dumps(among))}))")
    if wanted:
        conditions.append(f"({where(wanted, values)})")
    score = "1.0"
    if query is not None:
        asked = TextQuery(q=query) if isinstance(query, str) else query
        try:
            needles = parse(asked.q).needles()
        except TooLongError as error:
            raise UnprocessableEntityError(str(error)) from error
        for needle in sorted(needles):
            conditions.append(f"r.fields LIKE {values.bind(f'%{needle}%')}")  # cheap, in C, before the exact look
        names = [asked.field] if asked.field else [field.name for field in dataset.fields if not field.is_image]
        score = f"winnow_score(r.fields, {values.bind(asked.q)}, {values.bind(json.dumps(names))})"
    matching = f"SELECT r.rowid AS place, {score} AS score{keys} FROM records r WHERE {' AND '.join(conditions)}"
    return f"WITH every AS MATERIALIZED ({matching}), found AS (SELECT * FROM every WHERE score IS NOT NULL)"


async def next_of(dataset: Dataset, user: str, wanted: Filter | None, offset: int, limit: int) -> tuple[list[str], int]:
    """A page of the records that match, in the order of a user, and how many match."""
    values, since = Values(), queues.written()
    condition = f"r.dataset_id = {values.bind(dataset.id.hex)}" + (f" AND ({where(wanted, values)})" if wanted else "")
    async with reader().connect() as connection:

        async def ask(sql: str, **more: Any) -> list[Any]:
            return list((await connection.execute(text(sql), {**values.bound, **more})).all())

        count = (await ask("SELECT count(*) FROM records r WHERE r.dataset_id = :p0"))[0][0]
        total = (await ask(f"SELECT count(*) FROM records r WHERE {condition}"))[0][0]
        ordered = queues.kept_order(dataset.id.hex, user, count)
        if ordered is None:
            held = queues.kept_order(dataset.id.hex, "", count)
            if held is None:  # as JSON: one value, where rows would be an object each
                sql = "SELECT json_group_array(r.rowid) FROM records r WHERE r.dataset_id = :p0"
                held = queues.keep(dataset.id.hex, "", queues.places((await ask(sql))[0][0]), since)
            ordered = queues.keep(dataset.id.hex, user, queues.ordered(held, user), since)
        found: list[str] = []
        for portion in queues.portions(ordered):
            if len(found) >= min(offset + limit, total):
                break
            sql = f"""SELECT r.id FROM json_each(:portion) j CROSS JOIN records r ON r.rowid = j.value
                      WHERE {condition} ORDER BY j.key"""
            found += [name for (name,) in await ask(sql, portion=portion)]
    return found[offset : offset + limit], total
