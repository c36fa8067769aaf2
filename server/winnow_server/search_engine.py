"""The search engine: every result comes from Argilla's own tables, so there is no second index that could lag behind.

It has its own connections. With Argilla's pool it would deadlock under load: a handler holds one connection while the
engine waits for another.
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

from winnow_server import user_order, vector_search
from winnow_server.read_connections import read_engine
from winnow_server.record_search import matching_ids, matching_records_sql, next_records, rows_of
from winnow_server.sql_filters import ELEMENTS, NUMBER, BoundValues, order_sql

NAME = "winnow"
MAX_TERMS = 2**14
FIRST_RESULTS = 500


@SearchEngine.register(NAME)
class SqlSearchEngine(SearchEngine):
    """Search, progress, metrics and similarity in SQL. Argilla commits before it calls the writing methods."""

    @classmethod
    async def new_instance(cls) -> SqlSearchEngine:
        """One for each request; they share connections and vectors, which the first one loads."""
        vector_search.preload_once()
        return cls()

    async def close(self) -> None:
        """Nothing to close."""

    async def ping(self) -> bool:
        """Whether the database responds."""
        return (await rows_of("SELECT 1", {})) == [(1,)]

    async def info(self) -> dict[str, Any]:
        """The engine's name; the instance distinguishes servers."""
        return {"name": NAME, "instance": os.environ.get("WINNOW_SERVER_INSTANCE", "")}

    async def create_index(self, dataset: Dataset) -> None:
        """Nothing to create."""

    async def delete_index(self, dataset: Dataset) -> None:
        """Drop the cached vectors."""
        vector_search.drop_dataset(dataset.id.hex)

    async def configure_metadata_property(self, dataset: Dataset, metadata_property: MetadataProperty) -> None:
        """Nothing to configure."""

    async def index_records(self, dataset: Dataset, records: Iterable[Record]) -> None:
        """Refresh what is cached of these records."""
        self._invalidate(dataset, records)

    def _invalidate(self, dataset: Dataset, records: Iterable[Record]) -> None:
        user_order.clear_orders()
        vector_search.mark_stale(dataset.id.hex, [record.id.hex for record in records])
        vector_search.preload_soon()

    async def partial_record_update(self, record: Record, **update: Any) -> None:
        """Nothing to do: the tables are the index."""

    async def delete_records(self, dataset: Dataset, records: Iterable[Record]) -> None:
        """Drop what is cached of these records."""
        self._invalidate(dataset, records)

    async def update_record_response(self, response: Any) -> None:
        """Nothing to do: the tables are the index."""

    async def delete_record_response(self, response: Any) -> None:
        """Nothing to do: the tables are the index."""

    async def update_record_suggestion(self, suggestion: Any) -> None:
        """Nothing to do: the tables are the index."""

    async def delete_record_suggestion(self, suggestion: Any) -> None:
        """Nothing to do: the tables are the index."""

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
        """One page of records. Without a sort order, best first, ties in the user's own order."""
        if user_id and query is None and not sort:
            names, total = await next_records(dataset, str(user_id), filter, int(offset), int(limit))
            return SearchResponses(items=[_item(name, 1.0) for name in names], total=total)
        values = BoundValues()
        # sorted while they are matched, so that only the page is joined again: joining all would take half the time
        orders = [order_sql(order, values) for order in sort or []]
        keys = "".join(f", {key} AS key{at}" for at, (key, _) in enumerate(orders))
        directions = [f"key{at} {direction}" for at, (_, direction) in enumerate(orders)] or ["score DESC"] * (
            query is not None
        )
        own = user_id and not sort
        keys += "" if own else ", r.inserted_at AS made, r.id AS name"
        found = matching_records_sql(dataset, query, filter, values, keys=keys)
        last = user_order.user_order_sql(str(user_id)) if own else "made, name"
        order = f"ORDER BY {', '.join([*directions, last])}"
        sql = f"""{found}, page AS (SELECT * FROM found {order} LIMIT {int(limit)} OFFSET {int(offset)})
                  SELECT r.id, score, (SELECT count(*) FROM found)
                  FROM page JOIN records r ON r.rowid = row_id {order}"""
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
        """The records nearest to a vector, or farthest from it."""
        if bool(value) == bool(record):
            raise UnprocessableEntityError("Give either a vector or a record")
        wanted = record.vector_value_by_vector_settings(vector_settings) if record else value
        if not wanted or len(wanted) != vector_settings.dimensions:
            raise UnprocessableEntityError(f"A vector of {vector_settings.dimensions} numbers is needed")
        ids, rows = await vector_search.matrix_of(read_engine(), dataset.id.hex, vector_settings.id.hex)
        vector = vector_search.unit_vector(wanted) * (-1 if order == SimilarityOrder.least_similar else 1)
        found = await asyncio.to_thread(vector_search.Ranking, ids, rows, vector, record.id.hex if record else None)
        best = found.first(max_results)
        if query or filter:
            # the first few hundred usually contain enough matches; otherwise every record is examined
            first = found.first(FIRST_RESULTS + max_results)
            chosen = await matching_ids(dataset, query, filter, [name for name, _ in first])
            if len(chosen) < max_results and len(first) < len(ids):
                first, chosen = found.first(len(ids)), await matching_ids(dataset, query, filter, None)
            best = [(name, score) for name, score in first if name in chosen][:max_results]
        items = [_item(name, score) for name, score in best if threshold is None or score >= threshold]
        return SearchResponses(items=items, total=len(best))

    async def compute_metrics_for(self, metadata_property: MetadataProperty) -> MetadataMetrics:
        """The frequency of each term, or the minimum and maximum number."""
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
