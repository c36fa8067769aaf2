"""Which records match, as SQL; and the order of a user's own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.models import Dataset
from argilla_server.search_engine import Filter, TextQuery
from sqlalchemy import text

from winnow_server.clauses import Values, where
from winnow_server.reading import reader
from winnow_server.typed import TooLongError, parse

PRIME = 2**31 - 1


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


def shuffled(user: str) -> str:
    """An order of the user's own: a polynomial of `place` over a prime field; its coefficients hash who asks."""
    digest = hashlib.sha256(user.encode()).digest()
    a, b, c = (int.from_bytes(digest[i * 8 : i * 8 + 8], "big") % (PRIME - 1) + 1 for i in range(3))
    x = f"(place % {PRIME})"
    return f"((({x} * {x} % {PRIME}) * {a} % {PRIME}) + ({x} * {b} % {PRIME}) + {c}) % {PRIME}, place"
