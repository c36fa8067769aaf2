"""What the body of a request asks: its messages and the offered tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.validators.gateway_logs.bodies import BodyError, read_body

OTHER_REQUESTS = {
    "contents": "is one to Gemini",
    "input": "is one to a model of embeddings",
    "inputs": "is one to a model without turns",
}
"""Requests that are not a chat, by a key of theirs."""


@dataclass(frozen=True)
class RequestPrompt:
    """What a request asks."""

    messages: Sequence[Mapping[str, Any]]
    """The messages, or the items of OpenAI's Responses API; those of OpenAI hold the system prompt, too."""
    system: object = None
    """The system prompt next to the messages, as Anthropic's requests have it: a text or blocks of text."""
    tools: object = None
    """The offered tools in the provider's form; None if the request names none."""


def prompt_of(body: object) -> RequestPrompt:
    """The messages and tools of a request. Raises BodyError for one that is not a chat."""
    found = read_body(body)
    if isinstance(found, list):
        raise BodyError("is a stream")
    if "messages" not in found and not _are_objects(found.get("input")):
        return RequestPrompt([{"role": "user", "content": _prompt_text(found)}])
    messages = found.get("messages", found.get("input"))
    if not _are_objects(messages):
        raise BodyError("has messages that are not a list of objects")
    return RequestPrompt(messages, found.get("system"), found.get("tools", found.get("functions")))


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _prompt_text(body: Mapping[str, Any]) -> str:
    """The prompt of Workers AI, which the model gets as the turn of a user."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str):
        other = next((what for key, what in OTHER_REQUESTS.items() if key in body), "has neither messages nor a prompt")
        raise BodyError(f"{other}; expected the messages of a chat")
    if body.get("raw"):
        raise BodyError("has a raw prompt, whose turns are not marked; expected the messages of a chat")
    return prompt
