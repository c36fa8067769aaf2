"""A question to Claude as the bytes that are sent: a cached part, a part of its own, an output format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generators.prompts import prompt
from generators.task import TaskBrief

DEFAULT_MODEL = "claude-sonnet-5-5"
"""The model that Anthropic names for speed and quality together, November 2026."""
DEFAULT_EFFORT = "low"
"""Writing a query needs little thinking; what is thought is billed as output."""
THINKING_TOKENS = 4_000
"""Room for thinking, which counts toward `max_tokens`."""
TOKENS_PER_ITEM = 120
"""Room for one written query or pair side, or one verdict: four times what a long one takes."""
NO_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
"""Models, by the beginning of their names, that know no `effort`."""


@dataclass(frozen=True)
class Voice:
    """Which model is asked, and how hard it is to think."""

    model: str = DEFAULT_MODEL
    effort: str = DEFAULT_EFFORT
    """`low`, `medium`, `high`, or `none`: say nothing of it."""
    cached: bool = True
    """Mark the shared part to be cached by the API."""


def question(voice: Voice, *, shared: str, own: str, schema: Mapping[str, Any], items: int) -> str:
    """The body of a request for `items` items: the same arguments, the same bytes."""
    system: dict[str, Any] = {"type": "text", "text": shared}
    if voice.cached:
        system["cache_control"] = {"type": "ephemeral"}
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": schema}}
    if voice.effort != "none" and not voice.model.startswith(NO_EFFORT):
        output["effort"] = voice.effort
    body = {
        "model": voice.model,
        "max_tokens": THINKING_TOKENS + TOKENS_PER_ITEM * items,
        "system": [system],
        "messages": [{"role": "user", "content": own}],
        "output_config": output,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def shared_part(task: TaskBrief, name: str = "task") -> str:
    """The part that all questions of a run share: the task and its labels, in a writer's or a judge's words."""
    return prompt(name).render(
        name=task.name,
        language=task.language,
        labels=task.labels,
        fallback=task.fallback,
        confusable=task.confusable,
        slots=task.slots,
    )


def items(name: str, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON schema of one object with a list of objects; every field is required."""
    item = {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": item}},
        "required": [name],
        "additionalProperties": False,
    }


def read_items(text: str, name: str, fields: Mapping[str, type]) -> list[dict[str, Any]]:
    """The items of an answer whose fields have these types; others, and what is no JSON, are left out."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    listed = found.get(name) if isinstance(found, dict) else None
    return [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and all(type(item.get(field)) is kind for field, kind in fields.items())
    ]
