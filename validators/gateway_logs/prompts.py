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
"""Requests that are no chat, by a key of theirs."""


@dataclass(frozen=True)
class RequestPrompt:
    """What a request asks."""

    messages: Sequence[Mapping[str, Any]]
    """The messages with the system prompt first."""
    tools: object = None
    """The offered tools in the provider's form; None if the request names none."""


def prompt_of(body: object) -> RequestPrompt:
    """The messages and tools of a request. Raises BodyError for one that is no chat."""
    found = read_body(body)
    if isinstance(found, list):
        raise BodyError("is a stream")
    if "messages" not in found:
        return RequestPrompt([{"role": "user", "content": _prompt_text(found)}])
    messages = found["messages"]
    if not isinstance(messages, list) or not messages or not all(isinstance(one, Mapping) for one in messages):
        raise BodyError("has messages that are no list of objects")
    system = _system_text(found.get("system"))
    first = [{"role": "system", "content": system}] if system else []
    return RequestPrompt([*first, *messages], found.get("tools", found.get("functions")))


def _prompt_text(body: Mapping[str, Any]) -> str:
    """The prompt of Workers AI, which the model gets as the turn of a user."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str):
        other = next((what for key, what in OTHER_REQUESTS.items() if key in body), "has neither messages nor a prompt")
        raise BodyError(f"{other}; expected the messages of a chat")
    if body.get("raw"):
        raise BodyError("has a raw prompt, whose turns are not marked; expected the messages of a chat")
    return prompt


def _system_text(system: object) -> str:
    """The system prompt beside the messages of Anthropic: a text or blocks of text."""
    if system is None or isinstance(system, str):
        return system or ""
    texts = (
        [one.get("text") if isinstance(one, Mapping) else None for one in system] if isinstance(system, list) else []
    )
    if not texts or not all(isinstance(text, str) for text in texts):
        raise BodyError("has a system prompt that is no text")
    return "\n\n".join(map(str, texts))
