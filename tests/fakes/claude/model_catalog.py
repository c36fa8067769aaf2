"""The models that a plain key may call, and what the API refuses for each.

Sources, read November 2026: the SDK's `types/model.py` and `DEPRECATED_MODELS`; platform.claude.com/docs/en/models
(the pages "overview" and "what's new" of each model) and its page on prompt caching, "Cache limitations". Models that
need an invitation (Mythos) are left out: a plain key gets 404 for them. For Fable 5.2 the smallest cacheable prompt is
assumed to be that of 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from .api_errors import ApiError, Json

ANY_EFFORT = ("low", "medium", "high", "xhigh", "max")
ADAPTIVE = ("adaptive",)
OPTIONAL = ("adaptive", "disabled")
MANUAL = ("adaptive", "disabled", "enabled")
EPOCH = "1970-01-01"
"""What the Models API gives for a release date that is not known."""


@dataclass(frozen=True)
class Model:
    """One model's limits."""

    id: str
    released: str
    cacheable_from: int
    """Tokens of the shortest prompt prefix that is cached."""
    thinking: tuple[str, ...]
    """Accepted values of `thinking.type`; any other is a 400."""
    forced_tools: bool = True
    """Whether `tool_choice` may be `any` or `tool`."""
    effort: tuple[str, ...] = ANY_EFFORT
    default_effort: str = "high"
    prefill: bool = False
    """Whether a conversation may end with words put into the assistant's mouth."""
    context_tokens: int = 1_000_000
    output_tokens: int = 128_000
    retires: str = ""


MODELS = (
    Model("claude-fable-5-2", "2026-11-09", 512, ADAPTIVE, forced_tools=False),
    Model("claude-haiku-5-5", "2026-10-07", 512, OPTIONAL, default_effort="medium"),
    Model("claude-sonnet-5-5", "2026-09-28", 512, ("adaptive", "between_tools"), forced_tools=False),
    Model("claude-opus-5-5", EPOCH, 512, ADAPTIVE, forced_tools=False, default_effort="medium"),
    Model("claude-fable-5-1", "2026-09-01", 512, ADAPTIVE, forced_tools=False),
    Model("claude-opus-5", "2026-07-24", 512, OPTIONAL),
    Model("claude-fable-5", "2026-06-09", 512, ADAPTIVE),
    Model("claude-sonnet-5", EPOCH, 1024, OPTIONAL),
    Model("claude-opus-4-8", EPOCH, 1024, OPTIONAL),
    Model("claude-opus-4-7", EPOCH, 2048, OPTIONAL),
    Model("claude-opus-4-6", EPOCH, 4096, MANUAL),
    Model("claude-sonnet-4-6", EPOCH, 1024, MANUAL),
    Model(
        "claude-opus-4-5-20251101", "2025-11-01", 4096, ("disabled", "enabled"),
        effort=("low", "medium", "high"), prefill=True, context_tokens=200_000, output_tokens=64_000,
    ),
    Model(
        "claude-haiku-4-5-20251001", "2025-10-01", 4096, ("disabled", "enabled"),
        effort=(), prefill=True, context_tokens=200_000, output_tokens=64_000,
    ),
    Model(
        "claude-sonnet-4-5-20250929", "2025-09-29", 1024, ("disabled", "enabled"),
        effort=(), prefill=True, context_tokens=200_000, output_tokens=64_000, retires="2026-11-30",
    ),
)  # fmt: skip
ALIASES = {
    "claude-opus-4-5": "claude-opus-4-5-20251101",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
}


def find(name: str) -> Model:
    """A model by its id or alias; 404 for any other."""
    wanted = ALIASES.get(name, name)
    for model in MODELS:
        if model.id == wanted:
            return model
    raise ApiError(404, f"model: {name}")


def supported(yes: bool) -> Json:
    return {"supported": yes}


def described(model: Model) -> Json:
    """What the Models API says about one."""
    thinking = {
        kind: supported(kind in model.thinking) for kind in ("adaptive", "between_tools", "disabled", "enabled")
    }
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id.replace("-", " ").title(),
        "created_at": f"{model.released}T00:00:00Z",
        "lifecycle": "deprecated" if model.retires else "active",
        "deprecated_at": f"{EPOCH}T00:00:00Z" if model.retires else None,
        "retires_at": f"{model.retires}T00:00:00Z" if model.retires else None,
        "line": model.id.split("-")[1],
        "max_input_tokens": model.context_tokens,
        "max_tokens": model.output_tokens,
        "capabilities": {
            "batch": supported(True),
            "citations": supported(True),
            "code_execution": supported(False),
            "context_management": supported(False),
            "effort": supported(bool(model.effort)) | {level: supported(level in model.effort) for level in ANY_EFFORT},
            "image_input": supported(True),
            "pdf_input": supported(True),
            "server_tools": supported(False) | {"code_execution": supported(False), "web_search": supported(False)},
            "structured_outputs": supported(True),
            "thinking": supported(True) | {"types": thinking},
        },
    }
