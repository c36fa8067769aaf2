"""A request as the prompt that the model reads: blocks in the order tools, system, messages.

The order, and what invalidates which part: platform.claude.com/docs/en/build-with-claude/prompt-caching, "Structuring
your prompt" and "What invalidates the cache". A structured output adds an instruction before the system prompt (its
page, "Prompt modification and token costs"), so another schema shares no cached system prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .api_errors import Json
from .model_catalog import Model
from .request_hash import canonical
from .token_counter import count

TURN_TOKENS = 4
"""What a change of speaker costs; a round number."""
FORMAT_TOKENS = 30
"""What the instruction around a schema costs; a round number."""
IMAGE_TOKENS = 1500
UNCACHEABLE = ("thinking", "redacted_thinking")


@dataclass(frozen=True)
class Block:
    """A piece of the prompt; a breakpoint is a block with a lifetime."""

    key: str
    """Everything about it that a cache compares."""
    tokens: int
    lifetime: str = ""
    """"5m" or "1h" where `cache_control` stands, else empty."""
    markable: bool = True
    """Whether automatic caching may put its breakpoint here."""


def blocks(request: Json, model: Model) -> list[Block]:
    """The whole prompt."""
    found = [block(["tool", tool], tool) for tool in request.get("tools") or ()]
    wanted = (request.get("output_config") or {}).get("format")
    if wanted:
        schema = canonical(wanted["schema"])
        found.append(Block(f"format {schema}", count(schema) + FORMAT_TOKENS, markable=False))
    found += [block(["system", request.get("speed"), part], part) for part in parts(request.get("system", ""))]
    settings = message_settings(request, model)
    for message in request["messages"]:
        for place, part in enumerate(parts(message["content"])):
            made = block(["message", settings, message["role"], part], part)
            found.append(replace(made, tokens=made.tokens + (0 if place else TURN_TOKENS)))
    return with_automatic_breakpoint(found, lifetime(request))


def tokens(request: Json, model: Model) -> int:
    """How many input tokens a request has; what `count_tokens` answers."""
    return sum(block.tokens for block in blocks(request, model))


def parts(content: Any) -> list[Json]:
    """Content as blocks; a string is short for one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return list(content)


def block(key: list[Any], part: Json) -> Block:
    """One block, its `cache_control` apart from what the cache compares."""
    bare = {name: value for name, value in part.items() if name != "cache_control"}
    kind = part.get("type")
    if kind == "text":
        size = count(part["text"])
    elif kind == "image":
        size = IMAGE_TOKENS
    else:
        size = count(canonical(bare))
    return Block(canonical([*key[:-1], bare]), size, lifetime(part), kind not in UNCACHEABLE and size > 0)


def lifetime(marked: Json) -> str:
    """How long a breakpoint keeps its prefix, empty where there is none."""
    control = marked.get("cache_control")
    return control.get("ttl", "5m") if control else ""


def message_settings(request: Json, model: Model) -> list[Any]:
    """Parameters whose change invalidates the messages; the model's default effort is the same as none."""
    effort = (request.get("output_config") or {}).get("effort")
    return [
        request.get("tool_choice"),
        request.get("thinking"),
        None if effort == model.default_effort else effort,
    ]


def with_automatic_breakpoint(found: list[Block], wanted: str) -> list[Block]:
    """The prompt with the top-level `cache_control` moved to the last block that can take it."""
    if not wanted:
        return found
    for place in range(len(found) - 1, -1, -1):
        if found[place].markable:
            marked = replace(found[place], lifetime=found[place].lifetime or wanted)
            return [*found[:place], marked, *found[place + 1 :]]
    return found
