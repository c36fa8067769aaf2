"""Which records match a search."""

from __future__ import annotations

import json
from typing import Any

from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.models import Dataset
from argilla_server.search_engine import Filter, TextQuery
from sqlalchemy import text

from winnow_server import user_order
from winnow_server.read_connections import read_engine
from winnow_server.search_query import TooLongError, parse
from winnow_server.sql_filters import BoundValues, condition_sql


async def rows_of(sql: str, values: dict[str, Any]) -> list[Any]:
    """The rows of a statement, read through the search engine's own connections."""
    async with read_engine().connect() as connection:
        return list(map(tuple, (await connection.execute(text(sql), values)).all()))


async def matching_ids(
    dataset: Dataset, query: TextQuery | str | None, wanted: Filter | None, candidates: list[str] | None
) -> set[str]:
    """The ids of the records that match, among all or among candidates."""
    values = BoundValues()
    found = matching_records_sql(dataset, query, wanted, values, candidates)
    return {
        name
        for (name,) in await rows_of(f"{found} SELECT r.id FROM found JOIN records r ON r.rowid = row_id", values.bound)
    }


def matching_records_sql(
    dataset: Dataset,
    query: TextQuery | str | None,
    wanted: Filter | None,
    values: BoundValues,
    candidates: list[str] | None = None,
    keys: str = "",
) -> str:
    """The records that match, as a common table expression: row id, score, and what they are sorted by."""
    conditions = [f"r.dataset_id = {values.bind(dataset.id.hex)}"]
    if candidates is not None:
        conditions.append(f"r.id IN (SELECT value FROM json_each({values.bind(json.dumps(candidates))}))")
    if wanted:
        conditions.append(f"({condition_sql(wanted, values)})")
    score = "1.0"
    if query is not None:
        text_query = TextQuery(q=query) if isinstance(query, str) else query
        try:
            fragments = parse(text_query.q).required_fragments()
        except TooLongError as error:
            raise UnprocessableEntityError(str(error)) from error
        for fragment in sorted(fragments):
            conditions.append(
                f"r.fields LIKE {values.bind(f'%{fragment}%')}"
            )  # a cheap filter in C before the exact match
        names = (
            [text_query.field] if text_query.field else [field.name for field in dataset.fields if not field.is_image]
        )
        score = f"winnow_score(r.fields, {values.bind(text_query.q)}, {values.bind(json.dumps(names))})"
    sql = f"SELECT r.rowid AS row_id, {score} AS score{keys} FROM records r WHERE {' AND '.join(conditions)}"
    return f"WITH scored AS MATERIALIZED ({sql}), found AS (SELECT * FROM scored WHERE score IS NOT NULL)"


async def next_records(
    dataset: Dataset, user: str, wanted: Filter | None, offset: int, limit: int
) -> tuple[list[str], int]:
    """A page of the records that match, in the user's order, and how many match."""
    values, read_at_write = BoundValues(), user_order.write_count()
    condition = f"r.dataset_id = {values.bind(dataset.id.hex)}" + (
        f" AND ({condition_sql(wanted, values)})" if wanted else ""
    )
    async with read_engine().connect() as connection:

        async def fetch(sql: str, **more: Any) -> list[Any]:
            return list((await connection.execute(text(sql), {**values.bound, **more})).all())

        count = (await fetch("SELECT count(*) FROM records r WHERE r.dataset_id = :p0"))[0][0]
        total = (await fetch(f"SELECT count(*) FROM records r WHERE {condition}"))[0][0]
        ordered = user_order.cached_order(dataset.id.hex, user, count)
        if ordered is None:
            row_ids = user_order.cached_order(dataset.id.hex, "", count)
            if row_ids is None:  # as JSON: one value, where rows would be an object each
                sql = "SELECT json_group_array(r.rowid) FROM records r WHERE r.dataset_id = :p0"
                row_ids = user_order.cache_order(
                    dataset.id.hex, "", user_order.row_ids((await fetch(sql))[0][0]), read_at_write
                )
            ordered = user_order.cache_order(
                dataset.id.hex, user, user_order.order_for_user(row_ids, user), read_at_write
            )
        found: list[str] = []
        for portion in user_order.growing_portions(ordered):
            if len(found) >= min(offset + limit, total):
                break
            sql = f"""SELECT r.id FROM json_each(:portion) j CROSS JOIN records r ON r.rowid = j.value
                      WHERE {condition} ORDER BY j.key"""
            found += [name for (name,) in await fetch(sql, portion=portion)]
    return found[offset : offset + limit], total
