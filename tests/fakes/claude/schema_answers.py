"""The default writer: an answer that fits the request's schema, drawn from the request's hash and a draw's name.

A test that cares for the words gives the server its own function `answer(request) -> str | dict`; a dict is sent as
JSON text.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .api_errors import Json
from .request_hash import request_hash

Writer = Callable[[Json], str | Json]

WORDS = (
    "amber anchor apple basket beacon bridge candle canyon cedar circle clover copper cotton dancer desert "
    "drizzle eagle ember falcon fennel forest garden ginger glacier hammer harbor hazel island ivory jacket "
    "jasper kettle ladder lantern lemon linen marble meadow mirror nectar needle ocean olive orchard paper pebble "
    "pepper pillow planet quartz rabbit raven ribbon river saddle salmon shadow silver spruce stone summer tailor "
    "temple thunder timber tulip valley velvet violet walnut window winter yellow"
).split()
EXAMPLES = {
    "date-time": "2026-11-20T12:00:00Z",
    "time": "12:00:00Z",
    "date": "2026-11-20",
    "duration": "P1D",
    "email": "someone@example.org",
    "hostname": "example.org",
    "uri": "https://example.org/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
ITEMS = (2, 4)
"""How many items an array gets, least and most."""
WORDS_A_TEXT = (4, 9)


def write(request: Json, draw_name: str = "") -> str | Json:
    """The same for the same two. `pattern` is not followed: a schema with one needs a writer of its own."""
    draw = random.Random(f"{request_hash(request)} {draw_name}")
    wanted = (request.get("output_config") or {}).get("format")
    if not wanted:
        return words(draw)
    answer = fill(wanted["schema"], wanted["schema"], draw)
    return answer if isinstance(answer, dict) else {"answer": answer}


def fill(schema: Json, root: Json, draw: random.Random) -> Any:
    """A value for a schema."""
    if "$ref" in schema:
        place: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        return fill(place, root, draw)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    if "anyOf" in schema:
        return fill(draw.choice(schema["anyOf"]), root, draw)
    if "allOf" in schema:
        merged: Json = {}
        for part in schema["allOf"]:
            merged |= fill(part, root, draw)
        return merged
    kind = schema["type"]
    return by_type(kind if isinstance(kind, str) else draw.choice(kind), schema, root, draw)


def by_type(kind: str, schema: Json, root: Json, draw: random.Random) -> Any:
    """A value of one type."""
    if kind == "object":
        return {name: fill(part, root, draw) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        items = schema.get("items", {"type": "string"})
        return [fill(items, root, draw) for _ in range(draw.randint(*ITEMS))]
    if kind == "string":
        return EXAMPLES.get(schema.get("format", "")) or words(draw)
    if kind == "integer":
        return draw.randint(0, 100)
    if kind == "number":
        return round(draw.random(), 3)
    return {"boolean": draw.random() < 0.5, "null": None}[kind]


def words(draw: random.Random) -> str:
    """A few words."""
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(*WORDS_A_TEXT)))
