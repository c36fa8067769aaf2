"""A server with OpenAI's chat completions API: what is sent, and the name of every way in which a request can end."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat import Chat
from tests.fakes.claude import outcomes as o
from tests.fakes.claude.scripts import always
from winnow.config.task import EndpointConfig
from winnow.core.errors import ServiceError, WinnowError
from winnow.core.model_vocabulary import ResponseOutcome
from winnow.generators.llm.client import NoResponse, RequestFailed, Throttled
from winnow.generators.llm.openai import OpenAIClient, chat_body, read_completion
from winnow.generators.llm.prices import FREE, Usage, endpoint_price
from winnow.generators.llm.providers import PROVIDERS, find_provider
from winnow.generators.llm.request import ModelChoice, list_schema, make_request

SCHEMA = list_schema("queries", {"text": {"type": "string"}})
MODEL = ModelChoice("qwen3-8b", effort="none", provider="openai")
REQUEST = make_request(MODEL, shared="the task", own="write one", schema=SCHEMA, items=1)
KEY = "sk-local-secret-0123456789"


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as server:
        yield server


def connect(chat: Chat, **more: Any) -> OpenAIClient:
    return OpenAIClient(EndpointConfig(provider="openai", base_url=chat.url, **more))


def test_an_answer_is_returned_unchanged_and_read(chat: Chat) -> None:
    client = connect(chat)
    completion = client.send(REQUEST)
    assert {"id", "object", "created", "model", "choices", "usage"} <= set(completion)
    read = read_completion(completion)
    assert read.outcome == ResponseOutcome.ANSWERED
    assert json.loads(read.text)["queries"]
    used = completion["usage"]
    assert read.usage == Usage(used["prompt_tokens"], 0, 0, used["completion_tokens"])
    again = read_completion(client.send(REQUEST)).usage
    assert again
    assert again.cache_read_tokens > 0
    assert again.input_tokens + again.cache_read_tokens == used["prompt_tokens"]
    assert client.count_tokens(REQUEST) is None


def test_the_effort_is_sent_only_if_there_is_one() -> None:
    assert "reasoning_effort" not in chat_body(REQUEST)
    thinking = make_request(ModelChoice("m", "high"), shared="", own="", schema=SCHEMA, items=1)
    assert chat_body(thinking)["reasoning_effort"] == "high"


def test_no_credential_of_another_service_is_sent(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    connect(chat).send(REQUEST)
    assert KEY not in str(chat.headers)


def test_a_key_comes_from_the_variable_that_the_endpoint_names(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.key = KEY
    with pytest.raises(WinnowError, match="LOCAL_KEY: it is not set"):
        connect(chat, key_variable="LOCAL_KEY")
    monkeypatch.setenv("LOCAL_KEY", "sk-wrong-one")
    with pytest.raises(ServiceError, match="401") as wrong:
        connect(chat, key_variable="LOCAL_KEY").send(REQUEST)
    assert "sk-wrong-one" not in str(wrong.value)
    assert "LOCAL_KEY" in str(wrong.value)
    monkeypatch.setenv("LOCAL_KEY", KEY)
    assert connect(chat, key_variable="LOCAL_KEY").send(REQUEST)["choices"]


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        (o.refused(), ResponseOutcome.REFUSED),
        (o.exhausted(), ResponseOutcome.TRUNCATED),
        (o.truncated(), ResponseOutcome.ANSWERED),
    ],
)
def test_a_finish_reason_is_an_outcome(chat: Chat, outcome: o.Outcome, ending: ResponseOutcome) -> None:
    chat.script = always(outcome)
    assert read_completion(connect(chat).send(REQUEST)).outcome == ending


def test_a_completion_without_usage_is_an_answer(chat: Chat) -> None:
    chat.with_usage = False
    read = read_completion(connect(chat).send(REQUEST))
    assert (read.outcome, read.usage) == (ResponseOutcome.ANSWERED, None)


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (o.page(), "the response is a web page"),
        (o.garbled(), "the response is not complete JSON"),
        (o.dropped(billed=True), "the connection ended"),
        (o.cut(), "the connection ended"),
    ],
)
def test_a_response_that_does_not_arrive_may_have_been_billed(chat: Chat, outcome: o.Outcome, found: str) -> None:
    chat.script = always(outcome)
    with pytest.raises(NoResponse, match=found):
        connect(chat).send(REQUEST)


@pytest.mark.parametrize(("outcome", "seconds"), [(o.rate_limited(3.5), 3.5), (o.error(503, "Loading model"), None)])
def test_a_busy_server_is_asked_again_later(chat: Chat, outcome: o.Outcome, seconds: float | None) -> None:
    chat.script = always(outcome)
    with pytest.raises(Throttled) as refusal:
        connect(chat).send(REQUEST)
    assert refusal.value.retry_after == seconds


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (422, False), (500, True), (504, True)])
def test_an_error_of_the_server_costs_nothing(chat: Chat, status: int, retryable: bool) -> None:
    chat.script = always(o.error(status, "too long for the context"))
    with pytest.raises(RequestFailed, match=f"{status}.*too long for the context") as failure:
        connect(chat).send(REQUEST)
    assert failure.value.retryable == retryable


def test_no_server_is_said_with_its_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ServiceError, match=f"{url}: no server answers; .*start the server"):
        OpenAIClient(EndpointConfig(provider="openai", base_url=url)).send(REQUEST)


def test_an_unknown_model_ends_with_the_servers_words(chat: Chat) -> None:
    chat.models = ("another",)
    with pytest.raises(ServiceError, match=r"qwen3-8b.*does not exist"):
        connect(chat).send(REQUEST)


def test_an_endpoint_needs_an_address_and_a_known_provider() -> None:
    with pytest.raises(WinnowError, match="base_url: it is not set"):
        OpenAIClient(EndpointConfig(provider="openai"))
    with pytest.raises(WinnowError, match="did you mean 'openai'"):
        find_provider("opnai")
    assert {name: provider.batches is not None for name, provider in PROVIDERS.items()} == {
        "claude": True,
        "openai": False,
    }


def test_prices_are_free_or_a_table_or_unknown(tmp_path: Path) -> None:
    rates = {"models": {"qwen3-8b": {"input": 1, "output": 2, "cache_read": 0}}, "as_of": "2026-11-01"}
    (tmp_path / "own.json").write_text(json.dumps({**rates, "batch_share": 1, "cache_write_share": 1}))

    def price(prices: str | None, own_table: str | None = None) -> object:
        return endpoint_price("qwen3-8b", EndpointConfig(prices=prices), folder=tmp_path, own_table=own_table)

    assert price("free") is FREE
    assert FREE.worst_case(REQUEST) == 0
    assert price(None) is None
    assert price("own.json") == price(None, "own.json")
    assert price("free", "own.json") is FREE
