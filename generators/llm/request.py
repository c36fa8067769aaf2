"""A request to a language model in Winnow's own terms; only the provider's module knows how it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from winnow.core.model_vocabulary import ThinkingEffort
from winnow.core.record import Record

CLAUDE = "claude"
"""The provider that is used unless the task names another one; its module is `winnow.generators.llm.anthropic`."""

DEFAULT_MODEL = "claude-sonnet-5-5"
"""The model that Anthropic names for speed and quality together, November 2026."""

THINKING_TOKENS = 4_000
"""Tokens for thinking, which count toward `max_tokens`."""

TOKENS_PER_ITEM = 120
"""Tokens for one query, pair side or verdict: four times what a long one takes."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model receives requests, and its effort."""

    model: str = DEFAULT_MODEL
    effort: str = ThinkingEffort.LOW
    """Writing a query needs little thinking, and thinking is billed as output. `none`: the setting is not sent."""
    cached: bool = True
    """Let the API cache the shared part."""
    provider: str = CLAUDE
    """A key of `winnow.generators.llm.providers.PROVIDERS`."""


class LlmRequest(Record):
    """One request to a language model."""

    provider: str
    """Whose wire format it is sent in."""
    model: str
    """The model's name at its provider."""
    shared: str
    """The part that all requests of a run have in common: the task and its labels."""
    cached: bool
    """Whether the provider should cache the shared part, where it can."""
    own: str
    """The part of this request alone."""
    answer_schema: dict[str, Any]
    """JSON Schema of the answer."""
    max_tokens: int
    """Limit of the output, thinking included."""
    effort: ThinkingEffort
    """How much the model thinks; `none` leaves it to the model."""

    def json_text(self) -> str:
        """The request as JSON; the fields of the answer keep their order, in which the model writes them."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False)

    @property
    def items(self) -> int:
        """How many queries, pair sides or verdicts it asks for."""
        return (self.max_tokens - THINKING_TOKENS) // TOKENS_PER_ITEM


def make_request(
    model_choice: ModelChoice, *, shared: str, own: str, schema: Mapping[str, Any], items: int
) -> LlmRequest:
    """The request for `items` items."""
    return LlmRequest(
        provider=model_choice.provider,
        model=model_choice.model,
        shared=shared,
        cached=model_choice.cached,
        own=own,
        answer_schema=dict(schema),
        max_tokens=THINKING_TOKENS + TOKENS_PER_ITEM * items,
        effort=ThinkingEffort(model_choice.effort),
    )


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
class PlannedRequest:
    """A request that the ledger knows: the same one is sent, however often the run is started."""

    id: str
    """Hash of the request and draw number."""
    request: LlmRequest
    context: str
    """What is needed to read the response, as JSON."""


RequestDraft = tuple[LlmRequest, str]
"""A request and its context before it is stored."""
