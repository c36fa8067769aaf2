"""The search engine: every answer comes from Argilla's own tables, so there is no second index that could lag behind.

It reads through connections of its own. Through Argilla's pool it would deadlock under load: a handler holds one
connection while the engine waits for another.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from argilla_server.enums import MetadataPropertyType, SimilarityOrder
from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.models import Dataset, MetadataProperty, Record, User, VectorSettings
from argilla_server.search_engine import (
    Filter,
    FloatMetadataMetrics,
    IntegerMetadataMetrics,
    MetadataMetrics,
    Order,
    SearchEngine,
    SearchResponseItem,
    SearchResponses,
    TermsMetrics,
    TextQuery,
)

from winnow_server import queues, similar
from winnow_server.clauses import ELEMENTS, NUMBER, Values, order_by
from winnow_server.matching import found_in, matching, next_of, rows_of
from winnow_server.queues import shuffled
from winnow_server.reading import reader

NAME = "winnow"
MAX_TERMS = 2**14
FIRST_LOOK = 500


@SearchEngine.register(NAME)
class SqlSearchEngine(SearchEngine):
    """Search, progress, metrics and similarity in SQL. Argilla commits before it calls the writing methods."""

    @classmethod
    async def new_instance(cls) -> SqlSearchEngine:
        """One for each request; they share connections and vectors, which the first one has read."""
        similar.warm_once()
        return cls()

    async def close(self) -> None:
        """Nothing to close."""

    async def ping(self) -> bool:
        """Whether the tables answer."""
        return (await rows_of("SELECT 1", {})) == [(1,)]

    async def info(self) -> dict[str, Any]:
        """Who answers; the instance tells one server from another."""
        return {"name": NAME, "instance": os.environ.get("WINNOW_SERVER_INSTANCE", "")}

    async def create_index(self, dataset: Dataset) -> None:
        """Nothing to create."""

    async def delete_index(self, dataset: Dataset) -> None:
        """Drop the vectors that are kept."""
        similar.forget(dataset.id.hex)

    async def configure_metadata_property(self, dataset: Dataset, metadata_property: MetadataProperty) -> None:
        """Nothing to configure."""

    async def index_records(self, dataset: Dataset, records: Iterable[Record]) -> None:
        """The vectors of these records may have changed."""
        self._written(dataset, records)

    def _written(self, dataset: Dataset, records: Iterable[Record]) -> None:
        queues.forget()
        similar.touch(dataset.id.hex, [record.id.hex for record in records])
        similar.warm_soon()

    async def partial_record_update(self, record: Record, **update: Any) -> None:
        """The tables say so already."""

    async def delete_records(self, dataset: Dataset, records: Iterable[Record]) -> None:
        """The vectors of these records are gone."""
        self._written(dataset, records)

    async def update_record_response(self, response: Any) -> None:
        """The tables say so already."""

    async def delete_record_response(self, response: Any) -> None:
        """The tables say so already."""

    async def update_record_suggestion(self, suggestion: Any) -> None:
        """The tables say so already."""

    async def delete_record_suggestion(self, suggestion: Any) -> None:
        """The tables say so already."""

    async def get_dataset_progress(self, dataset: Dataset) -> dict[str, int]:
        """Records by status."""
        sql = "SELECT status, count(*) FROM records WHERE dataset_id = :dataset GROUP BY status"
        counts = {str(status): count for status, count in await rows_of(sql, {"dataset": dataset.id.hex})}
        return {"total": sum(counts.values()), **counts}

    async def get_dataset_user_progress(self, dataset: Dataset, user: User) -> dict[str, int]:
        """The user's responses by status."""
        sql = """SELECT s.status, count(*) FROM responses s JOIN records r ON r.id = s.record_id
                 WHERE s.user_id = :user AND +r.dataset_id = :dataset GROUP BY s.status"""
        values = {"dataset": dataset.id.hex, "user": user.id.hex}
        counts = {str(status): count for status, count in await rows_of(sql, values)}
        return {"total": sum(counts.values()), **counts}

    async def search(
        self,
        dataset: Dataset,
        query: TextQuery | str | None = None,
        filter: Filter | None = None,  # noqa: A002
        sort: list[Order] | None = None,
        offset: int = 0,
        limit: int = 100,
        user_id: UUID | str | None = None,
    ) -> SearchResponses:
        """One page of records. Without a sort: the best first, and equals in an order of the user's own."""
        if user_id and query is None and not sort:
            names, total = await next_of(dataset, str(user_id), filter, int(offset), int(limit))
            return SearchResponses(items=[_item(name, 1.0) for name in names], total=total)
        values = Values()
        # ordered while they are matched, and only the page is looked up again: a join of all costs half the time
        orders = [order_by(order, values) for order in sort or []]
        keys = "".join(f", {key} AS key{at}" for at, (key, _) in enumerate(orders))
        ways = [f"key{at} {way}" for at, (_, way) in enumerate(orders)] or ["score DESC"] * (query is not None)
        own = user_id and not sort
        keys += "" if own else ", r.inserted_at AS made, r.id AS name"
        found = found_in(dataset, query, filter, values, keys=keys)
        last = shuffled(str(user_id)) if own else "made, name"
        order = f"ORDER BY {', '.join([*ways, last])}"
        sql = f"""{found}, page AS (SELECT * FROM found {order} LIMIT {int(limit)} OFFSET {int(offset)})
                  SELECT r.id, score, (SELECT count(*) FROM found)
                  FROM page JOIN records r ON r.rowid = place {order}"""
        rows = await rows_of(sql, values.bound)
        if not rows and offset:
            total = (await rows_of(f"{found} SELECT count(*) FROM found", values.bound))[0][0]
        else:
            total = rows[0][2] if rows else 0
        return SearchResponses(items=[_item(record, score) for record, score, _ in rows], total=total)

    async def similarity_search(  # noqa: PLR0913  (Argilla's signature)
        self,
        dataset: Dataset,
        vector_settings: VectorSettings,
        value: list[float] | None = None,
        record: Record | None = None,
        query: TextQuery | str | None = None,
        filter: Filter | None = None,  # noqa: A002
        max_results: int = 100,
        order: SimilarityOrder = SimilarityOrder.most_similar,
        threshold: float | None = None,
    ) -> SearchResponses:
        """The records nearest to a vector, or to its opposite."""
        if bool(value) == bool(record):
            raise UnprocessableEntityError("Give either a vector or a record")
        wanted = record.vector_value_by_vector_settings(vector_settings) if record else value
        if not wanted or len(wanted) != vector_settings.dimensions:
            raise UnprocessableEntityError(f"A vector of {vector_settings.dimensions} numbers is needed")
        ids, rows = await similar.matrix_of(reader(), dataset.id.hex, vector_settings.id.hex)
        vector = similar.unit(wanted) * (-1 if order == SimilarityOrder.least_similar else 1)
        found = await asyncio.to_thread(similar.Ranking, ids, rows, vector, record.id.hex if record else None)
        best = found.first(max_results)
        if query or filter:
            # mostly the first few hundred hold enough that match; only else is every record asked for
            first = found.first(FIRST_LOOK + max_results)
            chosen = await matching(dataset, query, filter, [name for name, _ in first])
            if len(chosen) < max_results and len(first) < len(ids):
                first, chosen = found.first(len(ids)), await matching(dataset, query, filter, None)
            best = [(name, score) for name, score in first if name in chosen][:max_results]
        items = [_item(name, score) for name, score in best if threshold is None or score >= threshold]
        return SearchResponses(items=items, total=len(best))

    async def compute_metrics_for(self, metadata_property: MetadataProperty) -> MetadataMetrics:
        """How often each term occurs, or the least and the greatest number."""
        elements = (
            f"FROM records r, json_each(r.metadata) m, {ELEMENTS} WHERE r.dataset_id = :dataset AND m.key = :name"
        )
        values = {"dataset": metadata_property.dataset_id.hex, "name": metadata_property.name}
        if metadata_property.type == MetadataPropertyType.terms:
            sql = f"""SELECT CAST(v.value AS TEXT) term, count(DISTINCT r.id) count {elements} AND v.value IS NOT NULL
                      GROUP BY term ORDER BY count DESC, term"""
            terms = [{"term": term, "count": count} for term, count in await rows_of(sql, values)]
            return TermsMetrics(total=sum(term["count"] for term in terms), values=terms[:MAX_TERMS])
        sql = f"SELECT min(v.value), max(v.value) {elements} AND {NUMBER}"
        least, greatest = (await rows_of(sql, values))[0]
        whole = metadata_property.type == MetadataPropertyType.integer
        return (IntegerMetadataMetrics if whole else FloatMetadataMetrics)(min=least, max=greatest)


def _item(record: str, score: float | None) -> SearchResponseItem:
    return SearchResponseItem(record_id=UUID(record), score=score)
