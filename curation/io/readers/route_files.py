"""Files of routers that answer by examples: the utterances of each route are queries, and its name is their label.

- semantic-router of Aurelio, 0.x and 1.x, and the semantic auto router of LiteLLM: `routes` with `name`, `utterances`;
- the semantic router of RedisVL: `routes` with `name` and `references`;
- the knowledge bases of vLLM Semantic Router: `labels` with `exemplars` by name.

The sources are named in docs/routers.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ROUTE_KEYS = ("routes", "labels")
"""The keys of a file that hold the routes."""

UTTERANCES = ("utterances", "references")
"""The keys under which a route has its utterances."""

Query = dict[str, Any]
"""The fields of one row."""


def route_rows(data: object) -> list[Query]:
    """The rows of a router's file as `text` and `label`; none for data that no router reads."""
    routes, labels = (data.get(key) for key in ROUTE_KEYS) if isinstance(data, Mapping) else (None, None)
    if isinstance(routes, list) and any(map(_is_route, routes)):
        return [*_of_routes(routes)]
    return [*_of_labels(labels)] if isinstance(labels, Mapping) else []


def _is_route(value: object) -> bool:
    if not isinstance(value, Mapping) or "name" not in value:
        return False
    return any(isinstance(value.get(key), list) for key in UTTERANCES)


def _of_routes(routes: list[Any]) -> Iterator[Query]:
    for route in filter(_is_route, routes):
        for key in UTTERANCES:
            listed = route.get(key)
            yield from ({"text": one, "label": route["name"]} for one in (listed if isinstance(listed, list) else ()))


def _of_labels(labels: Mapping[str, Any]) -> Iterator[Query]:
    for name, entry in labels.items():
        exemplars = entry.get("exemplars") if isinstance(entry, Mapping) else None
        yield from ({"text": one, "label": name} for one in (exemplars if isinstance(exemplars, list) else ()))
