"""The server: `with Chat() as chat:` answers at `chat.url` until the block ends, and leaves nothing running."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from tests.fakes.claude.movable_clock import Clock
from tests.fakes.claude.price_table import Price, Tokens, usd
from tests.fakes.claude.request_hash import request_hash
from tests.fakes.claude.request_log import UNKNOWN_PRICE, Ledger
from tests.fakes.claude.running_server import RunningServer
from tests.fakes.claude.schema_answers import fill
from tests.fakes.claude.scripts import Arrival, Script, always
from tests.fakes.claude.token_counter import count

from .completions import Json
from .handler import COMPLETIONS, ChatHandler


@dataclass(kw_only=True)
class Chat(RunningServer):
    """A local stand-in for a server of language models. Fields may be changed while it runs."""

    key: str = ""
    """The key that requests must have; empty: none is checked, as servers do that run locally."""
    models: tuple[str, ...] = ("qwen3-8b",)
    writer: Callable[[Json], str | Json] | None = None
    """Makes the answer's text from the request; None: words that fit the schema, drawn from the request's hash."""
    script: Script = field(default_factory=always)
    """Outcomes of POST /v1/chat/completions."""
    dialogues: bool = False
    """Whether requests are dialogues, without a schema of the answer; `writer` answers them."""
    with_usage: bool = True
    """Whether completions tell their tokens."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    """By model; a model without a price is free."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock = Clock()
        self.ledger = Ledger()
        self.bodies: dict[str, Json] = {}
        """Every valid request by its hash."""
        self.headers: list[dict[str, str]] = []
        """Of every request, with names in lower case."""
        self._prefixes: set[str] = set()
        self._seen: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self.url = f"http://127.0.0.1:{self._start(partial(ChatHandler, self), port=0, name='chat')}/v1"
        return self

    def arrive(self, body: Json) -> Arrival:
        """Note a valid request."""
        digest = request_hash(body)
        with self._lock:
            arrival = Arrival(sum(self._seen.values()), self._seen[digest], digest, COMPLETIONS, body)
            self.bodies[digest] = body
            self._seen[digest] += 1
        return arrival

    @contextlib.contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count calls that are being answered."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def say(self, arrival: Arrival) -> str:
        """The whole text of an answer."""
        if self.writer is None:
            schema = arrival.body["response_format"]["json_schema"]["schema"]
            written: Any = fill(schema, schema, random.Random(arrival.hash))
        else:
            written = self.writer(arrival.body)
        return written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)

    def cached_tokens(self, request: Json) -> int:
        """Tokens of the shared part, once any request had it."""
        shared = str(request["messages"][0]["content"])
        with self._lock:
            known = shared in self._prefixes
            self._prefixes.add(shared)
        return count(shared) if known else 0

    def cost(self, tokens: Tokens, model: str) -> float | str:
        """In USD, by the price table; without a table nothing costs anything."""
        found = usd(tokens, model, self.prices) if self.prices else 0.0
        return UNKNOWN_PRICE if found is None else found

    def next_id(self) -> str:
        """`chatcmpl-…`, counted."""
        return self.counted_id("chatcmpl", "-")


def as_messages_request(request: Json) -> Json:
    """The same question in the form that writers for the local Claude read."""
    system, user = (one["content"] for one in request["messages"])
    schema = request["response_format"]["json_schema"]["schema"]
    return {
        "system": [{"type": "text", "text": system}],
        "messages": [{"role": "user", "content": user}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }
