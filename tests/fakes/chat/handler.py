"""From bytes to a request, from an answer to bytes, and the ledger's line between."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from tests.fakes.claude.http_bytes import Reply, hang_up, json_reply, send
from tests.fakes.claude.movable_clock import stamp
from tests.fakes.claude.outcomes import Outcome
from tests.fakes.claude.replies import spoil
from tests.fakes.claude.request_hash import request_hash
from tests.fakes.claude.request_log import Entry

from .completions import ChatError, check, completion, tokens_of

if TYPE_CHECKING:
    from .server import Chat

COMPLETIONS = "/v1/chat/completions"
MODELS = "/v1/models"


class ChatHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, chat: Chat, *arguments: Any) -> None:
        self.chat = chat
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The list of models."""
        self._answer(self._models)

    def do_POST(self) -> None:
        """A completion."""
        self._answer(self._complete)

    def log_message(self, *_: Any) -> None:
        """The ledger is the log."""

    def _answer(self, act: Any) -> None:
        chat, received = self.chat, stamp(self.chat.clock.now())
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        chat.headers.append({name.lower(): value for name, value in self.headers.items()})
        with chat.in_flight():
            try:
                self._check_key()
                reply, entry = act(body)
            except ChatError as error:
                reply = json_reply(error.status, error.body, error.headers)
                entry = Entry(what="refused", kind="error")
            self._finish(reply, replace(entry, received=received, path=f"{self.command} {self.path}"))

    def _finish(self, reply: Reply, entry: Entry) -> None:
        """Send all but a byte, book what was sent, send the byte."""
        sent, last_byte = send(self.connection, reply)
        whole = reply.manner == "whole" and sent == len(reply.body)
        status = reply.status if sent >= 0 else 0
        finished = stamp(self.chat.clock.now())
        self.chat.ledger.add([replace(entry, finished=finished, status=status, written=whole)])
        self.wfile.write(last_byte)
        if not whole:
            self.close_connection = True
            hang_up(self.connection)

    def _check_key(self) -> None:
        sent = self.headers.get("authorization", "").removeprefix("Bearer ")
        if self.chat.key and not hmac.compare_digest(sent.encode(), self.chat.key.encode()):
            raise ChatError(401, f"Incorrect API key provided: {sent}", "invalid_api_key")

    def _models(self, _: bytes) -> tuple[Reply, Entry]:
        if self.path != MODELS:
            raise ChatError(404, f"{self.path}: not found")
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in self.chat.models]
        return json_reply(200, {"object": "list", "data": listed}), Entry(what="models")

    def _complete(self, body: bytes) -> tuple[Reply, Entry]:
        chat = self.chat
        if self.path != COMPLETIONS:
            raise ChatError(404, f"{self.path}: not found")
        try:
            request = check(json.loads(body), chat.models, dialogues=chat.dialogues)
        except ValueError as error:
            raise ChatError(400, f"not valid JSON: {error}") from error
        arrival = chat.arrive(request)
        entry = Entry(what="message", hash=request_hash(request), model=request["model"])
        outcome = chat.script(arrival)
        entry = replace(entry, kind=outcome.kind)
        chat.wait(outcome.delay_seconds)
        if outcome.kind == "error":
            raised = scripted_error(outcome)
            return json_reply(raised.status, raised.body, raised.headers), entry
        if not outcome.billed:
            return spoil(json_reply(200, {}), outcome), entry
        cached = chat.cached_tokens(request)
        answer = completion(
            request, chat.say(arrival), outcome, name=chat.next_id(), cached=cached, with_usage=chat.with_usage
        )
        used = tokens_of(request, answer, cached)
        entry = replace(entry, billed=True, tokens=used, usd=chat.cost(used, request["model"]))
        return spoil(json_reply(200, answer), outcome), entry


def scripted_error(outcome: Outcome) -> ChatError:
    """The error of an outcome, with the header that steers retries."""
    wait = outcome.retry_after_seconds
    headers = {} if wait is None else {"retry-after": f"{wait:g}"}
    return ChatError(outcome.status, outcome.message, outcome.error_code or None, headers)
