"""The batch endpoints, and what happens to one request in a batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from . import message_batches as batches
from .api_call import Call, read_json
from .api_errors import ApiError, Json
from .http_bytes import Reply, json_reply
from .message_object import message, tokens_of
from .movable_clock import stamp
from .pagination import page
from .prompt_blocks import blocks
from .replies import Done, refusal, retry_count, scripted_error, spoil
from .request_checks import check_request
from .request_hash import request_hash
from .request_log import Entry

if TYPE_CHECKING:
    from .server import Claude


def batch_call(act: Callable[[Claude, Call, str], Done]) -> Callable[[Claude, Call, str], Done]:
    """A batch endpoint under its script: the act happens unless the outcome is an error or an unpaid drop."""

    def scripted(claude: Claude, call: Call, name: str = "") -> Done:
        arrival = claude.arrive(f"{call.method} {call.path}", read_json(call) if call.body else {})
        outcome = claude.batch_calls(arrival)
        claude.wait(outcome.delay_seconds)
        entry = Entry(what="batch", batch=name, hash=arrival.hash, kind=outcome.kind, retry=retry_count(call))
        if outcome.kind == "error" or not outcome.billed:
            return refusal(call, entry, outcome)
        done = act(claude, call, name)
        spoil(done.reply, outcome)
        done.entry = replace(entry, batch=done.entry.batch or name)
        return done

    return scripted


@batch_call
def create_batch(claude: Claude, call: Call, name: str) -> Done:
    """POST /v1/messages/batches."""
    made = claude.batches.create(read_json(call), claude.clock.now(), polls=claude.polls, seconds=claude.batch_seconds)
    return Done(json_reply(200, batches.described(made, call.base_url)), Entry(what="batch", batch=made.id))


@batch_call
def list_batches(claude: Claude, call: Call, name: str) -> Done:
    """GET /v1/messages/batches."""
    found = claude.batches.newest_first(claude.clock.now())
    shown = [batches.described(batch, call.base_url) for batch in found]
    return Done(json_reply(200, page(shown, dict(call.query))), Entry(what="batch"))


@batch_call
def retrieve_batch(claude: Claude, call: Call, name: str) -> Done:
    """GET /v1/messages/batches/{id}."""
    found = claude.batches.retrieve(name, claude.clock.now())
    return Done(json_reply(200, batches.described(found, call.base_url)), Entry(what="batch"))


@batch_call
def cancel_batch(claude: Claude, call: Call, name: str) -> Done:
    """POST /v1/messages/batches/{id}/cancel."""
    found = claude.batches.cancel(name, claude.clock.now())
    return Done(json_reply(200, batches.described(found, call.base_url)), Entry(what="batch"))


@batch_call
def delete_batch(claude: Claude, call: Call, name: str) -> Done:
    """DELETE /v1/messages/batches/{id}."""
    return Done(json_reply(200, claude.batches.delete(name)), Entry(what="batch"))


@batch_call
def batch_results(claude: Claude, call: Call, name: str) -> Done:
    """GET /v1/messages/batches/{id}/results: JSON Lines."""
    found = claude.batches.results(name, claude.clock.now())
    hashes = {request["custom_id"]: request_hash(request["params"]) for request in found.requests}
    body = b""
    deliveries = []
    for line in found.results:
        body += json.dumps(line, ensure_ascii=False).encode() + b"\n"
        if line["result"]["type"] == "succeeded":
            custom_id = line["custom_id"]
            entry = Entry(what="delivered", batch=name, custom_id=custom_id, hash=hashes[custom_id], written=True)
            deliveries.append((len(body), replace(entry, model=line["result"]["message"]["model"])))
    return Done(Reply(200, body, content_type="application/x-jsonl"), Entry(what="batch"), deliveries)


def process_item(claude: Claude, batch: batches.Batch, item: Json, unreached: str) -> Json:
    """The result of one request in a batch, and its line in the ledger."""
    params, custom_id = item["params"], item["custom_id"]
    entry = Entry(
        what="item",
        batch=batch.id,
        custom_id=custom_id,
        hash=request_hash(params),
        received=stamp(batch.created),
        kind=unreached,
    )
    if unreached:
        return booked(claude, entry, {"type": unreached})
    try:
        request, model = check_request(params, batched=True)
        arrival = claude.arrive("item", request, custom_id)
        outcome = claude.items(arrival)
        entry = replace(entry, model=model.id, kind=outcome.kind)
        if outcome.kind in ("canceled", "expired"):
            return booked(claude, entry, {"type": outcome.kind})
        if outcome.kind == "error":
            raise scripted_error(outcome)
        if outcome.kind not in ("success", "truncated", "exhausted", "refused"):
            raise ValueError(f"{outcome.kind} cannot happen to a request in a batch")
    except ApiError as error:
        return booked(claude, entry, {"type": "errored", "error": error.body(claude.next_id("req"))})
    now = claude.clock.now()
    use = claude.cache.look(blocks(request, model), model, now, may_read=claude.may_hit(batch.id, custom_id))
    claude.cache.keep(use, model, now)
    name = claude.next_id("msg")
    answer = message(request, model, use, claude.say(arrival), outcome, name=name, batched=True)
    used = tokens_of(answer)
    entry = replace(entry, status=200, billed=True, tokens=used, usd=claude.cost(used, model.id, batched=True))
    return booked(claude, entry, {"type": "succeeded", "message": answer})


def booked(claude: Claude, entry: Entry, result: Json) -> Json:
    claude.ledger.add([replace(entry, finished=stamp(claude.clock.now()))])
    return result
