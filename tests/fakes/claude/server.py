"""The server: `with Claude() as claude:` answers at `claude.url` until the block ends, and leaves nothing running."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .api_errors import Json
from .batch_routes import process_item
from .handler import Handler
from .message_batches import Batches
from .movable_clock import Clock
from .outcomes import Outcome, rate_limited
from .price_table import Price, Tokens, usd
from .prompt_cache import PromptCache
from .request_hash import request_hash
from .request_log import UNKNOWN_PRICE, Ledger
from .running_server import RunningServer
from .schema_answers import Writer, write
from .scripts import Arrival, Script, always


@dataclass(kw_only=True)
class Claude(RunningServer):
    """A local stand-in for the Anthropic API. Fields may be changed while it runs."""

    key: str = "test-key"
    port: int = 0
    writer: Writer | None = None
    """Makes the answer's text from the request; what it raises is raised again when the block ends. None: words drawn
    from the request's hash and from how often it was asked."""
    script: Script = field(default_factory=always)
    """Outcomes of POST /v1/messages."""
    counting: Script = field(default_factory=always)
    """Outcomes of token counting."""
    batch_calls: Script = field(default_factory=always)
    """Outcomes of the calls to batches: create, retrieve, list, results, cancel; `path` begins with the method."""
    items: Script = field(default_factory=always)
    """Outcomes of the requests inside batches."""
    polls: int = 1
    """How many times a batch is still in progress when it is looked at."""
    batch_seconds: float = 0.0
    """How long a batch takes at least."""
    batch_hit_share: float = 1.0
    """Share of the requests in batches that may read the cache; the API promises none (docs: 30 to 98 %)."""
    most_at_once: int = 0
    """More messages than this at a time are refused with `crowded`; 0 for no limit."""
    crowded: Outcome = field(default_factory=rate_limited)
    prices: Mapping[str, Price] = field(default_factory=dict)
    ledger_path: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock = Clock()
        self.cache = PromptCache()
        self.batches = Batches(partial(process_item, self))
        self.bodies: dict[str, Json] = {}
        """Every valid request by its hash: what the client said."""
        self.most_in_flight = 0
        """The highest number of messages that were being answered at one time."""
        self._arrivals: Counter[str] = Counter()
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._in_flight = 0

    def __enter__(self) -> Self:
        self.ledger = Ledger(self.ledger_path)
        self.port = self._start(partial(Handler, self), port=self.port, name="claude")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        finally:
            self.ledger.close()

    @property
    def url(self) -> str:
        """What `base_url` or ANTHROPIC_BASE_URL must be."""
        return f"http://127.0.0.1:{self.port}"

    def arrive(self, path: str, body: Json, custom_id: str = "") -> Arrival:
        """Note a valid request."""
        digest = request_hash(body)
        with self._lock:
            self.bodies[digest] = body
            place = path if path == "item" else path.rsplit("?", 1)[0]
            arrival = Arrival(
                self._arrivals[place], self._seen[place, digest, custom_id], digest, place, body, custom_id
            )
            self._arrivals[place] += 1
            self._seen[place, digest, custom_id] += 1
            return arrival

    @contextlib.contextmanager
    def in_flight(self, path: str) -> Any:
        """Count calls, and among them messages, that are being answered."""
        one = int(path == "/v1/messages")
        with self._lock:
            self._busy += 1
            self._in_flight += one
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                self._in_flight -= one

    def is_crowded(self) -> bool:
        """Whether more messages are being answered than may be."""
        with self._lock:
            return 0 < self.most_at_once < self._in_flight

    def say(self, arrival: Arrival) -> str:
        """The whole text of an answer."""
        written = self.writer(arrival.body) if self.writer else write(arrival.body, arrival.draw)
        return written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)

    def may_hit(self, batch: str, custom_id: str) -> bool:
        """Whether the cache helps this request of a batch; the same for the same ids."""
        return random.Random(f"{batch} {custom_id}").random() < self.batch_hit_share

    def cost(self, tokens: Tokens, model: str, *, batched: bool) -> float | str:
        """In USD, by the price table."""
        found = usd(tokens, model, self.prices, batched=batched)
        return UNKNOWN_PRICE if found is None else found

    def next_id(self, prefix: str) -> str:
        """`req_…` and `msg_…`, counted."""
        return self.counted_id(prefix, "_")
