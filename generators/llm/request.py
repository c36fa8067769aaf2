"""A request to a language model: model, cached part, own part and output schema, as the bytes that are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_MODEL = "claude-sonnet-5-5"
"""The model that Anthropic names for speed and quality together, November 2026."""

DEFAULT_EFFORT = "low"
"""Writing a query needs little thinking, and thinking is billed as output."""

THINKING_TOKENS = 4_000
"""Tokens for thinking, which count toward `max_tokens`."""

TOKENS_PER_ITEM = 120
"""Tokens for one query, pair side or verdict: four times what a long one takes."""

MODELS_WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
"""Prefixes of models without an `effort` setting."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model receives requests, and its effort."""

    model: str = DEFAULT_MODEL
    effort: str = DEFAULT_EFFORT
    """`low`, `medium`, `high`, or `none`: the setting is not sent."""
    cached: bool = True
    """Let the API cache the shared part."""


def request_body(
    model_choice: ModelChoice, *, cached_part: str, own_part: str, schema: Mapping[str, Any], items: int
) -> str:
    """The body of a request for `items` items: the same arguments, the same bytes."""
    system: dict[str, Any] = {"type": "text", "text": cached_part}
    if model_choice.cached:
        system["cache_control"] = {"type": "ephemeral"}
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": schema}}
    if model_choice.effort != "none" and not model_choice.model.startswith(MODELS_WITHOUT_EFFORT):
        output["effort"] = model_choice.effort
    body = {
        "model": model_choice.model,
        "max_tokens": THINKING_TOKENS + TOKENS_PER_ITEM * items,
        "system": [system],
        "messages": [{"role": "user", "content": own_part}],
        "output_config": output,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def list_schema(name: str, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
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


@dataclass(frozen=True)
class LlmRequest:
    """A stored request: exactly these bytes are sent, however often the run is started."""

    id: str
    """Hash of the body and draw number."""
    body: str
    """The request as JSON."""
    context: str
    """What the generator needs to read the response, as JSON."""
    position: int = 0
    """Its place in its round."""


RequestDraft = tuple[str, str]
"""A request's body and context before it is stored."""
