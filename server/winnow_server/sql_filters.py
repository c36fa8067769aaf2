"""Argilla's filters and sort orders as SQL over Argilla's own tables; `r` is the record."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from argilla_server.enums import ResponseStatusFilter, SortOrder
from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.search_engine import (
    AndFilter,
    Filter,
    MetadataFilterScope,
    Order,
    RangeFilter,
    RecordFilterScope,
    ResponseFilterScope,
    SuggestionFilterScope,
    TermsFilter,
)

DATES = ("inserted_at", "updated_at")
RECORD_COLUMNS = ("id", "external_id", "status", *DATES)
ELEMENTS = "json_each(CASE m.type WHEN 'array' THEN m.value ELSE json_array(m.value) END) v"
NUMBER = "v.type IN ('integer', 'real')"


class BoundValues:
    """The bound values of a statement, each with its own placeholder."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """The placeholder of one value."""
        name = f"p{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"

    def bind_all(self, values: Sequence[Any]) -> str:
        """The placeholders of a list; of an empty one, NULL, which equals nothing."""
        return ", ".join(self.bind(value) for value in values) or "NULL"


def condition_sql(wanted: Filter, values: BoundValues) -> str:
    """The SQL condition of a filter."""
    if isinstance(wanted, AndFilter):
        return " AND ".join(f"({condition_sql(part, values)})" for part in wanted.filters) or "1"
    scope = wanted.scope
    if isinstance(scope, RecordFilterScope):
        return _record(wanted, _property_name(scope.property), values)
    if isinstance(scope, ResponseFilterScope) and scope.question is None:
        return _response_status(wanted, values)
    if isinstance(scope, MetadataFilterScope):
        one, many = _metadata(scope, values)
        single = _matches(wanted, values, one, f"typeof({one}) IN ('integer', 'real')")
        return _one_or_many(scope, values, single, f"EXISTS (SELECT 1 FROM {many} WHERE {_matches(wanted, values)})")
    return f"EXISTS (SELECT 1 FROM {_elements(scope, values)} AND {_matches(wanted, values)})"


def order_sql(order: Order, values: BoundValues) -> tuple[str, str]:
    """The SQL expression of a sort order, and its direction. Missing values come last; of several, the first counts."""
    scope, direction = order.scope, "DESC" if order.order == SortOrder.desc else "ASC"
    if isinstance(scope, RecordFilterScope):
        return f"r.{_column(_property_name(scope.property))}", f"{direction} NULLS LAST"
    if isinstance(scope, ResponseFilterScope) and scope.question is None:
        one = f" AND s.user_id = {values.bind(scope.user.id.hex)}" if scope.user else ""
        return f"(SELECT min(s.status) FROM responses s WHERE s.record_id = r.id{one})", f"{direction} NULLS LAST"
    best = "max(v.value)" if direction == "DESC" else "min(v.value)"
    if isinstance(scope, MetadataFilterScope):
        one, many = _metadata(scope, values)
        return _one_or_many(scope, values, one, f"(SELECT {best} FROM {many})"), f"{direction} NULLS LAST"
    if isinstance(scope, ResponseFilterScope):
        best = f"CASE WHEN min({NUMBER}) THEN avg(v.value) ELSE {best} END"
    return f"(SELECT {best} FROM {_elements(scope, values)})", f"{direction} NULLS LAST"


def _property_name(value: Any) -> str:
    return str(getattr(value, "value", value)).rsplit(".", 1)[-1]


def _column(name: str) -> str:
    if name not in RECORD_COLUMNS:
        raise UnprocessableEntityError(f"Records cannot be searched by `{name}`")
    return name


def _elements(scope: Any, values: BoundValues) -> str:
    """The elements of a scope's value as `v`: tables and the condition that joins them to the record."""
    if isinstance(scope, SuggestionFilterScope):
        return _suggestion(scope, values)
    if not isinstance(scope, ResponseFilterScope):
        raise UnprocessableEntityError(f"Cannot search by {scope}")
    one = f" AND s.user_id = {values.bind(scope.user.id.hex)}" if scope.user else ""
    tables = "responses s, json_each(s.\"values\") q, json_each(q.value, '$.value') v"
    return f"{tables} WHERE s.record_id = r.id AND q.key = {values.bind(scope.question)}{one}"


def _metadata(scope: MetadataFilterScope, values: BoundValues) -> tuple[str, str]:
    """A metadata value, and the elements `v` of one that is a list. Expanding only lists halves the time of a page."""
    path = values.bind(f'$."{scope.metadata_property}"')
    return f"json_extract(r.metadata, {path})", f"json_each(r.metadata, {path}) v"


def _one_or_many(scope: MetadataFilterScope, values: BoundValues, one: str, many: str) -> str:
    path = values.bind(f'$."{scope.metadata_property}"')
    return f"CASE json_type(r.metadata, {path}) WHEN 'array' THEN {many} ELSE {one} END"


def _suggestion(scope: SuggestionFilterScope, values: BoundValues) -> str:
    name = _property_name(scope.property)
    if name not in ("value", "score", "agent", "type"):
        raise UnprocessableEntityError(f"Suggestions cannot be searched by `{name}`")
    column = f"s.{name}" if name in ("value", "score") else f"json_array(s.{name})"
    joined = "s.record_id = r.id AND u.id = s.question_id AND u.dataset_id = r.dataset_id AND u.name = "
    return f"suggestions s, questions u, json_each({column}) v WHERE {joined}{values.bind(scope.question)}"


def _matches(
    wanted: TermsFilter | RangeFilter, values: BoundValues, value: str = "v.value", number: str = NUMBER
) -> str:
    """Whether a value, usually the element `v`, matches a filter."""
    if isinstance(wanted, TermsFilter):
        numbers = [found for found in map(_number, wanted.values) if found is not None]
        equal_text = f"CAST({value} AS TEXT) IN ({values.bind_all(wanted.values)})"
        return f"({equal_text} OR {number} AND {value} IN ({values.bind_all(numbers)}))" if numbers else equal_text
    return f"{number} AND {_between(value, wanted, values, _limit)}"


def _between(column: str, wanted: RangeFilter, values: BoundValues, read: Callable[[Any, bool], Any]) -> str:
    ends = [(">=", wanted.ge, False), ("<=", wanted.le, True)]
    given = [f"{column} {sign} {values.bind(read(end, last))}" for sign, end, last in ends if end is not None]
    return " AND ".join(given) or "1"


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _limit(value: Any, last: bool) -> float:
    number = _number(value)
    if number is None:
        raise UnprocessableEntityError(f"`{value}` is not a number")
    return number


def _date(value: Any, last: bool) -> str:
    """A time as the tables store it, in UTC. A date without time, as the upper end, includes the whole day."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", value.strip()))
        else:
            moment = datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnprocessableEntityError(f"`{value}` is not a date such as 2026-01-31 or 2026-01-31T12:00:00") from error
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    if last and isinstance(value, str) and len(value.strip()) == len("2026-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _hex(value: str) -> str | None:
    try:
        return UUID(value).hex
    except ValueError:
        return None


def _record(wanted: TermsFilter | RangeFilter, name: str, values: BoundValues) -> str:
    column = f"r.{_column(name)}"
    if isinstance(wanted, RangeFilter):
        return _between(column, wanted, values, _date if name in DATES else lambda end, last: str(end))
    terms: list[str | None] = list(wanted.values)
    if name == "id":
        terms = [_hex(term) for term in wanted.values]
    elif name in DATES:
        terms = [_date(term, False) for term in wanted.values]
    return f"+{column} IN ({values.bind_all(terms)})" if name == "status" else f"{column} IN ({values.bind_all(terms)})"


def _response_status(wanted: TermsFilter | RangeFilter, values: BoundValues) -> str:
    """Pending: no response by this user; without a user, no response by anybody."""
    if not isinstance(wanted, TermsFilter) or wanted.scope.property is None:
        raise UnprocessableEntityError("Responses are searched by status or by a question's value")
    user = wanted.scope.user
    by_user = f"s.user_id = {values.bind(user.id.hex)}" if user else "1"
    statuses = [_property_name(status) for status in wanted.values]
    pending = ResponseStatusFilter.pending.value
    alternatives = []
    if pending in statuses:
        alternatives.append(f"r.id NOT IN (SELECT s.record_id FROM responses s WHERE {by_user})")
    others = [status for status in statuses if status != pending]
    if others:
        given = f"{by_user} AND +s.status IN ({values.bind_all(others)})"
        alternatives.append(
            f"r.id IN (SELECT s.record_id FROM responses s WHERE {given})"
            if user
            else f"EXISTS (SELECT 1 FROM responses s WHERE s.record_id = r.id AND {given})"
        )
    return " OR ".join(alternatives)
