"""Every outcome that the local Claude server can be told to give is what the unchanged SDK takes it for."""

from __future__ import annotations

import json
import time
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from tests.fakes.claude import Claude, answered
from tests.fakes.claude.outcomes import (
    cut,
    dropped,
    error,
    exhausted,
    garbled,
    overloaded,
    page,
    rate_limited,
    refused,
    spend_limit,
    success,
    truncated,
)
from tests.fakes.claude.scripts import in_order
from tests.fakes.claude.sdk_client import ASK, SCHEMA, connect, text_of, with_schema


class Answer(BaseModel):
    queries: list[str]
    label: str


@pytest.mark.parametrize(
    ("outcome", "raised", "kind"),
    [
        (error(400), anthropic.BadRequestError, "invalid_request_error"),
        (error(401), anthropic.AuthenticationError, "authentication_error"),
        (error(403), anthropic.PermissionDeniedError, "permission_error"),
        (error(404), anthropic.NotFoundError, "not_found_error"),
        (rate_limited(), anthropic.RateLimitError, "rate_limit_error"),
        (spend_limit(), anthropic.EnforcedSpendLimitReachedError, "rate_limit_error"),
        (error(500), anthropic.InternalServerError, "api_error"),
        (overloaded(), anthropic.OverloadedError, "overloaded_error"),
    ],
)
def test_errors_reach_the_sdk_as_its_own_classes(
    claude: Claude, sdk: anthropic.Anthropic, outcome: Any, raised: type[anthropic.APIStatusError], kind: str
) -> None:
    claude.script = in_order([outcome])
    with pytest.raises(raised) as caught:
        sdk.messages.create(**ASK)
    assert type(caught.value) is raised
    assert caught.value.type == kind
    assert isinstance(caught.value.body, dict)
    assert caught.value.request_id == caught.value.body["request_id"]
    assert int(caught.value.response.headers["anthropic-ratelimit-requests-limit"]) > 0
    assert caught.value.response.headers.get("retry-after") == ("1" if outcome == rate_limited() else None)
    [entry] = claude.ledger.entries()
    assert not entry.billed
    assert not answered([entry])


@pytest.mark.parametrize(
    ("outcomes", "tries"),
    [
        ([rate_limited(0.01), rate_limited(0.01)], 3),
        ([rate_limited(30, ms=5)], 2),
        ([error(500, should_retry=True)], 2),
        ([dropped()], 2),
        ([cut()], 2),
        ([error(400)], 1),
        ([error(401)], 1),
        ([error(404)], 1),
        ([error(529, should_retry=False)], 1),
    ],
)
def test_the_sdk_retries_by_itself_what_may_pass(
    claude: Claude, monkeypatch: pytest.MonkeyPatch, outcomes: list[Any], tries: int
) -> None:
    monkeypatch.setattr("anthropic._base_client.INITIAL_RETRY_DELAY", 0.01)
    claude.script = in_order(outcomes)
    with connect(claude, max_retries=2) as client:
        if tries > len(outcomes):
            client.messages.create(**ASK)
        else:
            with pytest.raises(anthropic.APIStatusError):
                client.messages.create(**ASK)
    assert [entry.retry for entry in claude.ledger.entries()] == list(range(tries))


def test_the_sdk_waits_as_long_as_it_is_told(claude: Claude) -> None:
    claude.script = in_order([rate_limited(0.3)])
    with connect(claude, max_retries=1) as client:
        start = time.monotonic()
        client.messages.create(**ASK)
        assert time.monotonic() - start >= 0.3


def test_bodies_that_are_not_json_escape_the_sdks_error_classes(claude: Claude) -> None:
    claude.script = in_order([garbled(), page()])
    with connect(claude, _strict_response_validation=False) as client:
        with pytest.raises(json.JSONDecodeError):
            client.messages.create(**ASK)
        assert isinstance(client.messages.create(**ASK), str)  # the page of a proxy is handed on as text
    assert not answered(claude.ledger.entries())


def test_answers_that_stop_early_are_told_by_their_stop_reason(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.script = in_order([truncated(), exhausted(), refused("cyber")])
    broken, out_of_tokens, refusal = (sdk.messages.create(**with_schema(SCHEMA)) for _ in range(3))
    for message in (broken, out_of_tokens):
        with pytest.raises(json.JSONDecodeError):
            json.loads(text_of(message))
    assert (broken.stop_reason, out_of_tokens.stop_reason) == ("end_turn", "max_tokens")
    assert out_of_tokens.usage.output_tokens == ASK["max_tokens"]
    assert (refusal.stop_reason, refusal.content) == ("refusal", [])
    assert refusal.stop_details is not None
    assert refusal.stop_details.category == "cyber"


def test_output_beyond_max_tokens_is_cut_there(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.writer = lambda request: "one two " * 50
    message = sdk.messages.create(**{**ASK, "max_tokens": 7})
    assert text_of(message) == "one two one two one two one"
    assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 7)


def test_thinking_is_paid_for_and_can_use_up_the_answer(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.script = in_order([success(thinking_tokens=50), success(thinking_tokens=500), success(thinking_tokens=50)])
    thought = sdk.messages.create(**ASK)
    assert [block.type for block in thought.content] == ["thinking", "text"]
    assert thought.usage.output_tokens > 50
    lost = sdk.messages.create(**ASK)
    assert [block.type for block in lost.content] == ["thinking"]
    assert (lost.stop_reason, lost.usage.output_tokens) == ("max_tokens", 200)
    plain = sdk.messages.create(**ASK, thinking={"type": "disabled"})
    assert [block.type for block in plain.content] == ["text"]


def test_structured_output_fits_its_schema(claude: Claude, sdk: anthropic.Anthropic) -> None:
    answers = [json.loads(text_of(sdk.messages.create(**with_schema(SCHEMA)))) for _ in range(5)]
    for answer in answers:
        assert set(answer) == set(SCHEMA["properties"])
        assert answer["label"] in ("a", "b")
        assert answer["queries"]
    texts = [query for answer in answers for query in answer["queries"]]
    assert len(set(texts)) == len(texts)


def test_parse_gives_an_object(claude: Claude, sdk: anthropic.Anthropic) -> None:
    message = sdk.messages.parse(**ASK, output_format=Answer)
    assert isinstance(message.parsed_output, Answer)
