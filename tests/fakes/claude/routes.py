"""What each address does: from a call to a reply and its line in the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from . import batch_routes
from . import model_catalog as models
from .api_call import Call, read_json
from .api_errors import ApiError
from .http_bytes import json_reply
from .message_object import message, tokens_of
from .pagination import page
from .prompt_blocks import blocks, tokens
from .replies import Done, refusal, retry_count, spoil
from .request_checks import check_request
from .request_hash import request_hash
from .request_log import Entry

if TYPE_CHECKING:
    from .server import Claude


def create_message(claude: Claude, call: Call) -> Done:
    """POST /v1/messages."""
    request, model = check_request(read_json(call))
    if request.get("stream"):
        raise ApiError(400, "stream: this local server does not stream")
    entry = Entry(what="message", hash=request_hash(request), model=model.id, retry=retry_count(call))
    if claude.is_crowded():
        return refusal(call, replace(entry, kind="crowded"), claude.crowded)
    arrival = claude.arrive(call.path, request)
    outcome = claude.script(arrival)
    entry = replace(entry, kind=outcome.kind)
    if outcome.kind == "error" or not outcome.billed:
        claude.wait(outcome.delay_seconds)
        return refusal(call, entry, outcome)
    started = claude.clock.now()
    use = claude.cache.look(blocks(request, model), model, started)
    claude.wait(outcome.delay_seconds)
    claude.cache.keep(use, model, started)
    name = claude.next_id("msg")
    answer = message(request, model, use, claude.say(arrival), outcome, name=name, batched=False)
    used = tokens_of(answer)
    entry = replace(entry, billed=True, tokens=used, usd=claude.cost(used, model.id, batched=False))
    return Done(spoil(json_reply(200, answer), outcome), entry)


def count_tokens(claude: Claude, call: Call) -> Done:
    """POST /v1/messages/count_tokens; free."""
    request, model = check_request(read_json(call), counting=True)
    arrival = claude.arrive(call.path, request)
    outcome = claude.counting(arrival)
    entry = Entry(what="count", hash=arrival.hash, model=model.id, kind=outcome.kind, retry=retry_count(call))
    claude.wait(outcome.delay_seconds)
    if outcome.kind == "error":
        return refusal(call, entry, outcome)
    return Done(spoil(json_reply(200, {"input_tokens": tokens(request, model)}), outcome), entry)


def list_models(claude: Claude, call: Call) -> Done:
    """GET /v1/models."""
    wanted = call.values("lifecycle[]") or ["active", "deprecated"]
    shown = [described for model in models.MODELS if (described := models.described(model))["lifecycle"] in wanted]
    return Done(json_reply(200, page(shown, dict(call.query))), Entry(what="models"))


def retrieve_model(claude: Claude, call: Call, name: str) -> Done:
    """GET /v1/models/{id or alias}."""
    return Done(json_reply(200, models.described(models.find(name))), Entry(what="models", model=name))


ROUTES: tuple[tuple[str, str, Callable[..., Done]], ...] = (
    ("POST", r"/v1/messages", create_message),
    ("POST", r"/v1/messages/count_tokens", count_tokens),
    ("POST", r"/v1/messages/batches", batch_routes.create_batch),
    ("GET", r"/v1/messages/batches", batch_routes.list_batches),
    ("GET", r"/v1/messages/batches/([^/]+)", batch_routes.retrieve_batch),
    ("DELETE", r"/v1/messages/batches/([^/]+)", batch_routes.delete_batch),
    ("GET", r"/v1/messages/batches/([^/]+)/results", batch_routes.batch_results),
    ("POST", r"/v1/messages/batches/([^/]+)/cancel", batch_routes.cancel_batch),
    ("GET", r"/v1/models", list_models),
    ("GET", r"/v1/models/([^/]+)", retrieve_model),
)


def dispatch(claude: Claude, call: Call) -> Done:
    """Find the address."""
    for method, pattern, act in ROUTES:
        matched = re.fullmatch(pattern, call.path)
        if matched and method == call.method:
            return act(claude, call, *matched.groups())
    raise ApiError(404, f"{call.method} {call.path}: there is nothing here")
