"""An answer as a Message object: its text, why it stopped, and what it used."""

from __future__ import annotations

from .api_errors import Json
from .model_catalog import Model
from .outcomes import Outcome
from .price_table import Tokens
from .prompt_cache import CacheUse
from .token_counter import count, cut


def message(
    request: Json, model: Model, use: CacheUse, text: str, outcome: Outcome, *, name: str, batched: bool
) -> Json:
    """The response body of one request that reached the model, which had this text to say."""
    limit: int = request["max_tokens"]
    thinking = 0 if thinks_not(request) else min(outcome.thinking_tokens, limit)
    text, reason, used = said(text, outcome, limit - thinking)
    content: list[Json] = [{"type": "thinking", "thinking": "", "signature": "c2lnbmF0dXJl"}] if thinking else []
    if text:
        content.append({"type": "text", "text": text, "citations": None})
    stop = next((stop for stop in request.get("stop_sequences", ()) if stop in text), None)
    if stop is not None:
        content[-1]["text"] = text[: text.index(stop)]
        reason, used = "stop_sequence", count(content[-1]["text"])
    refusal = {"type": "refusal", "category": outcome.category, "explanation": outcome.message or None}
    return {
        "id": name,
        "type": "message",
        "role": "assistant",
        "model": model.id,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": stop,
        "stop_details": refusal if reason == "refusal" else None,
        "usage": usage(use, used + thinking, thinking, batched=batched),
    }


def said(text: str, outcome: Outcome, limit: int) -> tuple[str, str, int]:
    """What comes through of the text, the stop reason, and the output tokens that are paid for it."""
    if limit == 0:
        return "", "max_tokens", 0
    if outcome.kind == "refused":
        return "", "refusal", 1
    size = count(text)
    if outcome.kind == "exhausted":
        return cut(text, min(size // 2, limit)), "max_tokens", limit
    if outcome.kind == "truncated":
        text = cut(text, min(size // 2, limit))
        return text, "end_turn", max(count(text), 1)
    if size > limit:
        return cut(text, limit), "max_tokens", limit
    return text, "end_turn", max(size, 1)


def thinks_not(request: Json) -> bool:
    return (request.get("thinking") or {}).get("type") in ("disabled", "between_tools")


def usage(use: CacheUse, output: int, thinking: int, *, batched: bool) -> Json:
    """The `usage` object; the three kinds of input tokens add up to the whole prompt."""
    return {
        "input_tokens": use.fresh,
        "cache_creation_input_tokens": use.written_5m + use.written_1h,
        "cache_read_input_tokens": use.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": use.written_5m,
            "ephemeral_1h_input_tokens": use.written_1h,
        },
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": thinking},
        "server_tool_use": None,
        "service_tier": "batch" if batched else "standard",
        "inference_geo": "global",
    }


def tokens_of(answer: Json) -> Tokens:
    """A message's tokens by how they are paid for."""
    used = answer["usage"]
    return Tokens(
        fresh=used["input_tokens"],
        cache_read=used["cache_read_input_tokens"],
        cache_write_5m=used["cache_creation"]["ephemeral_5m_input_tokens"],
        cache_write_1h=used["cache_creation"]["ephemeral_1h_input_tokens"],
        output=used["output_tokens"],
    )
