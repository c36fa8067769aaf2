"""Checks of `messages` and `system`: roles, blocks, breakpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .api_errors import ApiError, Json, invalid
from .value_checks import check_cache_control, has, is_array, is_object, is_string, only

ROLES = ("user", "assistant", "system")
BREAKPOINTS_AT_MOST = 4
BLOCK_TYPES = (
    "text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result",
    "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "container_upload",
)  # fmt: skip


def check_messages(request: Json) -> None:
    """Every message and every block in it."""
    messages = is_array(request["messages"], "messages")
    if not messages:
        raise invalid("messages", "at least one message is required")
    for number, message in enumerate(messages):
        where = f"messages.{number}"
        is_object(message, where)
        has(message, where, "role", "content")
        if message["role"] not in ROLES:
            raise invalid("messages", f'Unexpected role "{message["role"]}". Allowed roles are "user" or "assistant"')
        check_content(message["content"], f"{where}.content")
        only(message, where, ("role", "content"))
        check_place(message, number)


def check_place(message: Json, number: int) -> None:
    """What may stand where."""
    where = f"messages.{number}"
    role = message["role"]
    if role == "system" and number == 0:
        raise invalid(where, "use the top-level 'system' parameter for the initial system prompt")
    if role == "user" and not message["content"]:
        raise invalid(where, "user messages must have non-empty content")
    if role == "assistant" and any(part["type"] == "document" for part in listed(message["content"])):
        raise invalid(where, "document blocks are not supported in assistant messages")
    if role == "user" and any(part.get("citations") and part["type"] == "text" for part in listed(message["content"])):
        raise invalid(where, "citations are not supported on text blocks in user messages")


def check_content(content: Any, where: str, types: tuple[str, ...] = BLOCK_TYPES) -> None:
    """A string, or blocks of known types."""
    if isinstance(content, str):
        return
    for number, part in enumerate(is_array(content, where)):
        place = f"{where}.{number}"
        is_object(part, place)
        has(part, place, "type")
        if part["type"] not in types:
            expected = ", ".join(f"'{kind}'" for kind in types)
            raise invalid(
                place,
                f"Input tag '{part['type']}' found using 'type' does not match any of the expected tags: {expected}",
            )
        if part["type"] == "text":
            check_text(part, place)
        if part.get("cache_control") is not None:
            check_cache_control(part["cache_control"], f"{place}.cache_control")


def check_text(part: Json, where: str) -> None:
    has(part, where, "text")
    text = is_string(part["text"], f"{where}.text")
    if not text:
        marked = "cache_control cannot be set for empty text blocks"
        raise invalid(where, marked if part.get("cache_control") else "text content blocks must be non-empty")
    only(part, where, ("type", "text", "cache_control", "citations"))


def check_system(request: Json) -> None:
    """The system prompt: text only."""
    if "system" in request:
        system = request["system"]
        check_content(system if isinstance(system, str) else is_array(system, "system"), "system", ("text",))


def check_breakpoints(request: Json) -> None:
    """At most four, the automatic one counted; one hour before five minutes."""
    marked = [part["cache_control"] for part in markable(request) if part.get("cache_control")]
    automatic = request.get("cache_control")
    last = next(reversed(list(markable(request))), {}).get("cache_control")
    if automatic and last and last.get("ttl", "5m") != automatic.get("ttl", "5m"):
        raise invalid("cache_control", "the last block has a cache_control with another ttl")
    if automatic and not last:
        marked.append(automatic)
    if len(marked) > BREAKPOINTS_AT_MOST:
        raise ApiError(400, f"A maximum of 4 blocks with cache_control may be provided. Found {len(marked)}.")
    lifetimes = [control.get("ttl", "5m") for control in marked]
    if lifetimes != sorted(lifetimes, key=("1h", "5m").index):
        raise invalid("cache_control", "a ttl='1h' cache_control block must not come after a ttl='5m' one")


def markable(request: Json) -> Iterator[Json]:
    """Everything that can carry a breakpoint, in the prompt's order."""
    yield from request.get("tools") or ()
    yield from listed(request.get("system", ()))
    for message in request["messages"]:
        yield from listed(message["content"])


def listed(content: Any) -> list[Json]:
    return content if isinstance(content, list) else []
