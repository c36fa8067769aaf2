"""Message batches on the local Claude server, driven by the unchanged SDK."""

from __future__ import annotations

from collections import Counter
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.messages import MessageBatchIndividualResponse

from tests.fakes.claude import Claude, Price, answered, paid, paid_again, total_usd
from tests.fakes.claude.outcomes import canceled, cut, dropped, error, expired, overloaded, refused
from tests.fakes.claude.scripts import at, by_custom_id, first_time, in_order
from tests.fakes.claude.sdk_client import HAIKU, LONG, cached, question


def requests(number: int) -> list[Any]:
    return [{"custom_id": f"q-{i}", "params": question(f"Ask {i}")} for i in range(number)]


def results(client: anthropic.Anthropic, name: str) -> dict[str, MessageBatchIndividualResponse]:
    return {line.custom_id: line for line in client.messages.batches.results(name)}


def test_a_batch_goes_from_created_to_its_results(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.items = by_custom_id({"q-1": error(500), "q-2": expired(), "q-3": refused(), "q-4": canceled()})
    claude.prices = {HAIKU: Price(input=1.0, output=5.0)}
    batch = sdk.messages.batches.create(requests=requests(12))
    assert (batch.processing_status, batch.request_counts.processing, batch.results_url) == ("in_progress", 12, None)
    with pytest.raises(anthropic.AnthropicError, match="results_url"):
        sdk.messages.batches.results(batch.id)  # asks for the batch, which is a poll
    ended = sdk.messages.batches.retrieve(batch.id)
    counts = ended.request_counts
    assert ended.processing_status == "ended"
    assert (counts.processing, counts.succeeded, counts.errored, counts.expired, counts.canceled) == (0, 9, 1, 1, 1)
    assert (ended.expires_at - ended.created_at).total_seconds() == 24 * 3600

    found = results(sdk, batch.id)
    assert set(found) == {f"q-{i}" for i in range(12)}
    assert list(found) != [f"q-{i}" for i in range(12)]  # any order but the one asked in
    assert Counter(line.result.type for line in found.values()) == {
        "succeeded": 9, "errored": 1, "expired": 1, "canceled": 1,
    }  # fmt: skip
    failed, refusal = found["q-1"].result, found["q-3"].result
    assert failed.type == "errored"
    assert failed.error.error.type == "api_error"
    assert refusal.type == "succeeded"
    assert refusal.message.stop_reason == "refusal"

    entries = claude.ledger.entries()
    assert len(paid(entries)) == len(answered(entries)) == 9
    assert not paid_again(entries)
    alone = sum(entry.tokens.fresh + 5 * entry.tokens.output for entry in entries if entry.billed) / 1e6
    assert total_usd(entries) == pytest.approx(alone / 2)


def test_wrong_parameters_come_back_as_results_and_wrong_ids_at_once(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.polls = 0
    asked = requests(3)
    asked[0]["params"] = {**asked[0]["params"], "max_tokens": 0}
    asked[1]["params"] = {**asked[1]["params"], "model": "claude-nonsense"}
    found = results(sdk, sdk.messages.batches.create(requests=asked).id)
    errors = [line.result.error.error.type for line in map(found.get, ("q-0", "q-1"))]
    assert errors == ["invalid_request_error", "not_found_error"]
    assert found["q-2"].result.type == "succeeded"

    for name, complaint in (("a b", "should match pattern"), ("x" * 65, "pattern"), ("q-1", "unique")):
        wrong = requests(3)
        wrong[0]["custom_id"] = name
        with pytest.raises(anthropic.BadRequestError, match=complaint):
            sdk.messages.batches.create(requests=wrong)
    with pytest.raises(anthropic.BadRequestError, match="at least 1 item"):
        sdk.messages.batches.create(requests=[])
    assert len(sdk.messages.batches.list().data) == 1


def test_a_lost_creation_leaves_an_orphan_that_can_be_found(claude: Claude, sdk: anthropic.Anthropic) -> None:
    outcomes = [dropped(), dropped(billed=True), cut(), overloaded()]
    claude.batch_calls = at("POST /v1/messages/batches", in_order(outcomes))
    for number in range(4):
        with pytest.raises((anthropic.APIConnectionError, anthropic.OverloadedError)):
            sdk.messages.batches.create(requests=requests(number + 1))
    orphans = [batch.request_counts.processing for batch in sdk.messages.batches.list()]
    assert orphans == [3, 2]  # the unpaid drop and the 529 created nothing


def test_a_canceled_batch_ends_with_nothing_paid(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.polls = 100
    batch = sdk.messages.batches.create(requests=requests(3))
    canceling = sdk.messages.batches.cancel(batch.id)
    assert canceling.processing_status == "canceling"
    assert canceling.cancel_initiated_at is not None
    ended = sdk.messages.batches.retrieve(batch.id)
    assert (ended.processing_status, ended.request_counts.canceled) == ("ended", 3)
    assert {line.result.type for line in sdk.messages.batches.results(batch.id)} == {"canceled"}
    with pytest.raises(anthropic.BadRequestError, match="already ended"):
        sdk.messages.batches.cancel(batch.id)
    assert not paid(claude.ledger.entries())
    assert sdk.messages.batches.delete(batch.id).id == batch.id
    with pytest.raises(anthropic.NotFoundError):
        sdk.messages.batches.retrieve(batch.id)


def test_what_is_not_done_in_24_hours_expires(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.batch_seconds = 90_000
    batch = sdk.messages.batches.create(requests=requests(2))
    claude.clock.skip(hours=23)
    assert sdk.messages.batches.retrieve(batch.id).processing_status == "in_progress"
    claude.clock.skip(hours=2)
    ended = sdk.messages.batches.retrieve(batch.id)
    assert (ended.processing_status, ended.request_counts.expired) == ("ended", 2)
    assert ended.ended_at == ended.expires_at


def test_lists_are_paged_newest_first_and_in_both_directions(claude: Claude, sdk: anthropic.Anthropic) -> None:
    made = [sdk.messages.batches.create(requests=requests(1)).id for _ in range(7)][::-1]
    assert [batch.id for batch in sdk.messages.batches.list(limit=3)] == made
    first = sdk.messages.batches.list(limit=3)
    assert (first.first_id, first.last_id, first.has_more) == (made[0], made[2], True)
    assert [batch.id for batch in sdk.messages.batches.list(limit=2, after_id=made[2]).data] == made[3:5]
    assert [batch.id for batch in sdk.messages.batches.list(limit=2, before_id=made[3]).data] == made[1:3]
    assert not sdk.messages.batches.list(after_id=made[-2]).has_more
    with pytest.raises(anthropic.BadRequestError, match="limit"):
        sdk.messages.batches.list(limit=0)


def test_results_that_break_off_deliver_only_whole_lines(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.polls = 0
    batch = sdk.messages.batches.create(requests=requests(20))

    claude.batch_calls = at(f"GET /v1/messages/batches/{batch.id}/results", first_time(cut()))
    received: list[str] = []
    lines = sdk.messages.batches.results(batch.id)
    with pytest.raises(httpx2.RemoteProtocolError):  # in the middle of a stream the SDK no longer translates errors
        received.extend(line.custom_id for line in lines)
    delivered = [entry.custom_id for entry in claude.ledger.entries() if entry.what == "delivered"]
    assert 0 < len(received) < 20
    # the SDK reads in pieces of 64 bytes, and loses the piece that the break left unfinished
    assert received in (delivered, delivered[:-1])
    assert len(results(sdk, batch.id)) == 20
    assert len(paid(claude.ledger.entries())) == 20


@pytest.mark.parametrize(("share", "least", "most"), [(1.0, 39, 39), (0.5, 10, 30), (0.0, 0, 0)])
def test_batches_read_the_cache_as_often_as_they_are_lucky(
    claude: Claude, sdk: anthropic.Anthropic, share: float, least: int, most: int
) -> None:
    claude.polls = 0
    claude.batch_hit_share = share
    asked = [{"custom_id": f"q-{i}", "params": cached(LONG, f"Ask {i}")} for i in range(40)]
    found = results(sdk, sdk.messages.batches.create(requests=asked).id)
    used = [line.result.message.usage for line in found.values() if line.result.type == "succeeded"]
    assert least <= sum(bool(one.cache_read_input_tokens) for one in used) <= most
    assert all(one.cache_read_input_tokens or one.cache_creation_input_tokens for one in used)
    assert {one.service_tier for one in used} == {"batch"}
