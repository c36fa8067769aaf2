"""The server: `with Chat() as chat:` answers at `chat.url` until the block ends, and leaves nothing running."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

from tests.fakes.claude.listener import Listener
from tests.fakes.claude.movable_clock import Clock
from tests.fakes.claude.price_table import Price, Tokens, usd
from tests.fakes.claude.request_hash import request_hash
from tests.fakes.claude.request_log import UNKNOWN_PRICE, Ledger
from tests.fakes.claude.schema_answers import fill
from tests.fakes.claude.scripts import Arrival, Script, always
from tests.fakes.claude.token_counter import count

from .completions import Json
from .handler import COMPLETIONS, ChatHandler


@dataclass(kw_only=True)
class Chat:
    """A local stand-in for a server of language models. Fields may be changed while it runs."""

    key: str = ""
    """The key that requests must have; empty: none is checked, as servers do that run locally."""
    models: tuple[str, ...] = ("qwen3-8b",)
    writer: Callable[[Json], str | Json] | None = None
    """Makes the answer's text from the request; None: words that fit the schema, drawn from the request's hash."""
    script: Script = field(default_factory=always)
    """Outcomes of POST /v1/chat/completions."""
    with_usage: bool = True
    """Whether completions tell their tokens."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    """By model; a model without a price is free."""

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.ledger = Ledger()
        self.bodies: dict[str, Json] = {}
        """Every valid request by its hash."""
        self.headers: list[dict[str, str]] = []
        """Of every request, with names in lower case."""
        self._prefixes: set[str] = set()
        self._seen: Counter[str] = Counter()
        self._busy = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._ids = itertools.count(1)

    def __enter__(self) -> Self:
        self._http = Listener(("127.0.0.1", 0), partial(ChatHandler, self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name="chat")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.hang_up_all()
        self._http.server_close()
        self._thread.join()
        if self._http.crashes and error is None:
            raise RuntimeError("a writer, a script or the server itself failed") from self._http.crashes[0]

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

    def wait_until_quiet(self, seconds: float = 10.0) -> None:
        """Until everything that arrived is in the ledger, also what its client no longer waits for."""
        end = time.monotonic() + seconds
        while self._busy and time.monotonic() < end:
            time.sleep(0.005)

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the server's end."""
        if seconds > 0:
            self._stopping.wait(seconds)

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
        with self._lock:
            return f"chatcmpl-{next(self._ids):024d}"


def as_messages_request(request: Json) -> Json:
    """The same question in the form that writers for the local Claude read."""
    system, user = (one["content"] for one in request["messages"])
    schema = request["response_format"]["json_schema"]["schema"]
    return {
        "system": [{"type": "text", "text": system}],
        "messages": [{"role": "user", "content": user}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }
