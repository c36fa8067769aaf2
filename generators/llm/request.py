"""A request to a language model: model, cached part, own part and output schema, as the bytes that are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_MODEL = "claude-sonnet-5-5"
"""The model that Anthropic names for speed and quality together, November 2026."""


DEFAULT_EFFORT = "low"
"""Writing a query needs little thinking; what is thought is billed as output."""


THINKING_TOKENS = 4_000
"""Room for thinking, which counts toward `max_tokens`."""


TOKENS_PER_ITEM = 120
"""Room for one written query or pair side, or one verdict: four times what a long one takes."""


MODELS_WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
"""Models, by the beginning of their names, that know no `effort`."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model is asked, and how hard it is to think."""

    model: str = DEFAULT_MODEL
    effort: str = DEFAULT_EFFORT
    """`low`, `medium`, `high`, or `none`: say nothing of it."""
    cached: bool = True
    """Mark the shared part to be cached by the API."""


def request_body(model_choice: ModelChoice, *, shared: str, own: str, schema: Mapping[str, Any], items: int) -> str:
    """The body of a request for `items` items: the same arguments, the same bytes."""
    system: dict[str, Any] = {"type": "text", "text": shared}
    if model_choice.cached:
        system["cache_control"] = {"type": "ephemeral"}
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": schema}}
    if model_choice.effort != "none" and not model_choice.model.startswith(MODELS_WITHOUT_EFFORT):
        output["effort"] = model_choice.effort
    body = {
        "model": model_choice.model,
        "max_tokens": THINKING_TOKENS + TOKENS_PER_ITEM * items,
        "system": [system],
        "messages": [{"role": "user", "content": own}],
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
    """A question as it is stored: asked in exactly these words, however often the run is begun."""

    id: str
    """Hash of the body, and the number of the draw."""
    body: str
    """The request as JSON."""
    context: str
    """What it is for, as JSON; the generator reads it again with the answer."""
    position: int = 0
    """Its place in its round."""


RequestDraft = tuple[str, str]
"""A question's body, and what it is about."""
