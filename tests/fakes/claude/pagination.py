"""Pages of a list: `limit`, `after_id`, `before_id`; `has_more`, `first_id`, `last_id`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .api_errors import ApiError, Json, invalid

LIMIT = 20
LIMIT_AT_MOST = 1000


def page(items: Sequence[Json], query: Mapping[str, str]) -> Json:
    """One page of a list that is already in the order in which it is given out."""
    text = query.get("limit", str(LIMIT))
    if not text.isdecimal() or not 1 <= int(text) <= LIMIT_AT_MOST:
        raise invalid("limit", f"Input should be between 1 and {LIMIT_AT_MOST}")
    limit = int(text)
    ids = [item["id"] for item in items]
    if "before_id" in query:
        end = position(ids, query["before_id"])
        start = max(end - limit, 0)
        found, more = items[start:end], start > 0
    else:
        start = position(ids, query["after_id"]) + 1 if "after_id" in query else 0
        found, more = items[start : start + limit], start + limit < len(items)
    return {
        "data": list(found),
        "has_more": more,
        "first_id": found[0]["id"] if found else None,
        "last_id": found[-1]["id"] if found else None,
    }


def position(ids: Sequence[str], wanted: str) -> int:
    if wanted not in ids:
        raise ApiError(404, f"cursor {wanted} was not found")
    return ids.index(wanted)
