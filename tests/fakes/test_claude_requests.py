"""Requests that the API refuses, for one model or for all, and counting what it takes."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest

from tests.fakes.claude import Claude, paid
from tests.fakes.claude.sdk_client import ASK, HAIKU, SCHEMA, connect, with_schema

RECURSIVE = {"$defs": {"node": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}}, "$ref": "#/$defs/node"}


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ({"type": "object", "properties": {}}, "'additionalProperties' must be explicitly set to false"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "properties maximum, minimum are not supported"),
        ({"type": "string", "maxLength": 5}, "property 'maxLength' is not supported"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 5}, "property 'maxItems' is not supported"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "'minItems'"),
        ({"type": "string", "format": "phone"}, "format 'phone'"),
        ({"enum": [{"a": 1}]}, "Complex types within enums"),
        (RECURSIVE, "recursive"),
        ({"$ref": "http://example.org/schema"}, "not inside the schema"),
        (
            {
                "type": "object",
                "properties": {f"p{i}": {"type": "string"} for i in range(25)},
                "additionalProperties": False,
            },
            "too many optional parameters (25)",
        ),
    ],
)
def test_schemas_that_the_api_does_not_compile(
    claude: Claude, sdk: anthropic.Anthropic, schema: dict[str, Any], complaint: str
) -> None:
    inside = schema if "$ref" in schema else {"$defs": {"x": schema}, "type": "string"}
    for tried in (schema, inside):
        with pytest.raises(anthropic.BadRequestError) as caught:
            sdk.messages.create(**with_schema(tried))
        assert complaint in str(caught.value.api_message)
    assert [entry.what for entry in claude.ledger.entries()] == ["refused"] * 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra_body": {"temperature": 1.0}}, "temperature: Extra inputs are not permitted"),
        ({"extra_body": {"bogus": 1}}, "bogus: Extra inputs are not permitted"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages: Unexpected role"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages.0: user messages must have non-empty content"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "non-empty"),
        ({"messages": [*ASK["messages"], {"role": "assistant", "content": "I"}]}, "prefill"),
        ({"max_tokens": -1}, "max_tokens: must be greater than or equal to 0"),
        ({"max_tokens": 200_000, "timeout": 5}, "max_tokens: 200000 > 128000"),
        ({"system": 7}, "system: Input should be a valid array"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort: Input should be"),
        ({"thinking": {"type": "between_tools"}}, "thinking.type"),
        ({"model": "claude-opus-5-5", "thinking": {"type": "disabled"}}, "thinking.type"),
        ({"stream": True}, "does not stream"),
    ],
)
def test_requests_that_the_api_refuses(
    claude: Claude, sdk: anthropic.Anthropic, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=message):
        sdk.messages.create(**{**ASK, **change})
    assert not paid(claude.ledger.entries())


def test_forced_tools_and_effort_depend_on_the_model(claude: Claude, sdk: anthropic.Anthropic) -> None:
    tool = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
    forced = {**ASK, "tools": [tool], "tool_choice": {"type": "tool", "name": "f"}}
    sdk.messages.create(**forced)
    with pytest.raises(anthropic.BadRequestError, match="not supported for this model"):
        sdk.messages.create(**{**forced, "model": "claude-sonnet-5-5"})
    with pytest.raises(anthropic.BadRequestError, match="effort"):
        sdk.messages.create(**{**ASK, "model": "claude-haiku-4-5"}, output_config={"effort": "low"})


def test_keys_versions_and_addresses(claude: Claude) -> None:
    with connect(claude, api_key="wrong") as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(**ASK)
    with connect(claude) as client:
        with pytest.raises(anthropic.NotFoundError, match="model: claude-nonsense"):
            client.messages.create(**{**ASK, "model": "claude-nonsense"})
        with pytest.raises(anthropic.BadRequestError, match="anthropic-version"):
            client.messages.create(**ASK, extra_headers={"anthropic-version": "2023-06-01"})
        old_way = {"Authorization": anthropic.omit, "x-api-key": claude.key}
        client.messages.create(**ASK, extra_headers=old_way)
        with pytest.raises(anthropic.NotFoundError):
            client.get("/v1/nothing", cast_to=object)


def test_counting_agrees_with_what_is_billed(claude: Claude, sdk: anthropic.Anthropic) -> None:
    asked = {
        **with_schema(SCHEMA),
        "system": [{"type": "text", "text": "Be brief. " * 200, "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "f", "description": "Does it.", "input_schema": {"type": "object", "properties": {}}}],
    }
    counted = sdk.messages.count_tokens(**{name: asked[name] for name in asked if name != "max_tokens"})
    used = sdk.messages.create(**asked).usage
    assert used.cache_creation_input_tokens
    assert used.input_tokens + used.cache_creation_input_tokens == counted.input_tokens
    assert [(entry.what, entry.billed) for entry in claude.ledger.entries()] == [("count", False), ("message", True)]


def test_models_are_listed_and_found_by_alias(claude: Claude, sdk: anthropic.Anthropic) -> None:
    listed = [model.id for model in sdk.models.list(limit=4)]
    assert HAIKU in listed
    assert len(listed) == len(set(listed)) > 4
    assert sdk.models.retrieve("claude-haiku-4-5").id == "claude-haiku-4-5-20251001"
    assert [model.id for model in sdk.models.list(lifecycle=["deprecated"])] == ["claude-sonnet-4-5-20250929"]
    with pytest.raises(anthropic.NotFoundError):
        sdk.models.retrieve("claude-nonsense")
