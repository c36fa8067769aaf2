"""Checks of a whole request to the Messages and the token-counting API, version 2026-10-21.

One fault is reported, as the API does: the known parameters in its own order, then unknown ones, then what the model
refuses. `temperature`, `top_p` and `top_k` are unknown parameters since 2026-10-21
(platform.claude.com/docs/en/api/migration-2026-10-21).
"""

from __future__ import annotations

import re
from typing import Any

from .api_errors import ApiError, Json, invalid
from .message_checks import check_breakpoints, check_messages, check_system
from .model_catalog import ANY_EFFORT, Model, find
from .prompt_blocks import tokens
from .schema_checks import check_schema
from .value_checks import check_cache_control, has, is_array, is_integer, is_object, is_one_of, is_string, only

THINKING = ("enabled", "disabled", "adaptive", "between_tools")
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
COUNTED = {
    "model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed",
}  # fmt: skip
KNOWN = COUNTED | {
    "max_tokens", "metadata", "stop_sequences", "stream", "service_tier", "container", "inference_geo", "diagnostics",
}  # fmt: skip


def check_request(request: Any, *, counting: bool = False, batched: bool = False) -> tuple[Json, Model]:
    """The request and the model it names; raises the API's error for the first fault."""
    is_object(request, "request")
    required = ("model", "messages") if counting else ("model", "messages", "max_tokens")
    has(request, "", required[0])
    if not is_string(request["model"], "model"):
        raise invalid("model", "String should have at least 1 character")
    check_tools(request)
    has(request, "", *required)
    check_messages(request)
    check_system(request)
    check_thinking(request)
    check_output_config(request)
    if request.get("cache_control") is not None:
        check_cache_control(request["cache_control"], "cache_control")
    if not counting:
        check_plain_fields(request)
    only(request, "", COUNTED if counting else KNOWN)
    check_breakpoints(request)
    model = find(request["model"])
    check_for_model(request, model)
    if not counting:
        check_max_tokens(request, model, batched=batched)
    return request, model


def check_tools(request: Json) -> None:
    """Client tools by their fields; server tools by their type alone."""
    choice = is_object(request["tool_choice"], "tool_choice") if "tool_choice" in request else {}
    tools = is_array(request["tools"], "tools") if "tools" in request else []
    for number, tool in enumerate(tools):
        where = f"tools.{number}"
        if is_object(tool, where).get("type") not in (None, "custom"):
            continue
        has(tool, f"{where}.custom", "name", "input_schema")
        if not TOOL_NAME.fullmatch(is_string(tool["name"], f"{where}.custom.name")):
            raise invalid(f"{where}.custom.name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'")
        is_object(tool["input_schema"], f"{where}.custom.input_schema")
        if tool.get("strict"):
            check_schema(tool["input_schema"], f"{where}.custom")
        if tool.get("cache_control") is not None:
            check_cache_control(tool["cache_control"], f"{where}.cache_control")
    if choice:
        is_one_of(choice.get("type"), "tool_choice.type", ("auto", "any", "tool", "none"))
        if choice["type"] == "any" and not tools:
            raise ApiError(400, "tool_choice.any may only be specified while providing tools")
        if choice["type"] == "tool" and choice.get("name") not in [tool.get("name") for tool in tools]:
            raise ApiError(400, f"Tool '{choice.get('name')}' not found in provided tools")


def check_thinking(request: Json) -> None:
    if "thinking" in request:
        thinking = is_object(request["thinking"], "thinking")
        has(thinking, "thinking", "type")
        is_one_of(thinking["type"], "thinking.type", THINKING)
        only(thinking, "thinking", ("type", "budget_tokens", "display"))
        if thinking["type"] == "enabled":
            has(thinking, "thinking", "budget_tokens")
            if is_integer(thinking["budget_tokens"], "thinking.budget_tokens") < 1024:
                raise invalid("thinking.enabled.budget_tokens", "Input should be greater than or equal to 1024")


def check_output_config(request: Json) -> None:
    """Effort, and the schema of a structured output."""
    if "output_config" not in request:
        return
    config = is_object(request["output_config"], "output_config")
    is_one_of(config.get("effort"), "output_config.effort", (None, *ANY_EFFORT))
    wanted = config.get("format")
    if wanted is not None:
        where = "output_config.format"
        is_object(wanted, where)
        has(wanted, where, "type", "schema")
        is_one_of(wanted["type"], f"{where}.type", ("json_schema",))
        only(wanted, where, ("type", "schema"))
        check_schema(is_object(wanted["schema"], f"{where}.schema"), f"{where}.schema")
    only(config, "output_config", ("effort", "format"))


def check_plain_fields(request: Json) -> None:
    """Parameters that only the Messages API has."""
    if is_integer(request["max_tokens"], "max_tokens") < 0:
        raise invalid("max_tokens", "must be greater than or equal to 0")
    if "metadata" in request:
        only(is_object(request["metadata"], "metadata"), "metadata", ("user_id",))
    for number, stop in enumerate(is_array(request.get("stop_sequences", []), "stop_sequences")):
        is_string(stop, f"stop_sequences.{number}")
    is_one_of(request.get("service_tier", "auto"), "service_tier", ("auto", "standard_only"))
    if not isinstance(request.get("stream", False), bool):
        raise invalid("stream", "Input should be a valid boolean")
    is_one_of(request.get("inference_geo"), "inference_geo", (None, "global", "us"))
    is_one_of(request.get("speed"), "speed", (None, "standard", "fast"))


def check_for_model(request: Json, model: Model) -> None:
    """What this model refuses, though another takes it."""
    config = request.get("output_config") or {}
    effort = config.get("effort")
    if effort and effort not in model.effort:
        raise ApiError(400, "This model does not support the effort parameter." if not model.effort else
                       f"output_config.effort: '{effort}' is not supported for this model.")  # fmt: skip
    thinking = (request.get("thinking") or {}).get("type")
    if thinking and thinking not in model.thinking:
        raise invalid("thinking.type", f'"{thinking}" is not supported for this model.')
    if thinking in ("disabled", "between_tools") and effort in ("xhigh", "max"):
        raise invalid("thinking.type", f'"{thinking}" is not supported with effort {effort}.')
    if (request.get("tool_choice") or {}).get("type") in ("any", "tool") and not model.forced_tools:
        raise invalid("tool_choice", 'type "tool" and "any" are not supported for this model.')
    if request["messages"][-1]["role"] == "assistant":
        if not model.prefill:
            raise ApiError(
                400,
                "This model does not support assistant message prefill. The conversation must end with a user message.",
            )
        if config.get("format"):
            raise ApiError(400, "Prefilling assistant messages is not supported with output_config.format.")
    size = tokens(request, model)
    if size > model.context_tokens:
        raise ApiError(400, f"prompt is too long: {size} tokens > {model.context_tokens} maximum")


def check_max_tokens(request: Json, model: Model, *, batched: bool) -> None:
    """The range of `max_tokens`; 0 only warms the cache and goes with nothing that needs an answer."""
    limit = request["max_tokens"]
    if limit > model.output_tokens:
        raise invalid(
            "max_tokens",
            f"{limit} > {model.output_tokens}, which is the maximum allowed number of output tokens for {model.id}",
        )
    thinking = request.get("thinking") or {}
    if thinking.get("type") == "enabled" and thinking["budget_tokens"] >= limit:
        raise ApiError(400, "`max_tokens` must be greater than `thinking.budget_tokens`.")
    if batched:
        if limit < 1:
            raise invalid("max_tokens", "must be greater than or equal to 1 in a batch")
        for name in ("stream", "speed"):
            if request.get(name):
                raise invalid(name, "is not supported in a batch")
    if limit == 0 and (
        request.get("stream")
        or (request.get("output_config") or {}).get("format")
        or (request.get("tool_choice") or {}).get("type") in ("any", "tool")
    ):
        raise invalid("max_tokens", "0 is not supported with stream, output_config.format or a forced tool")
