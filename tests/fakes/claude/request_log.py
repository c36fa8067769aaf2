"""The server's own books: every request, what was paid for it, and whether its answer went out whole.

They hold no key, no header and no text. With a path every line is also appended to a file and forced to disk, so that
they can be audited from outside after the client was killed.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .price_table import Tokens

NO_ANSWER = ("garbled", "page")
UNKNOWN_PRICE = "unknown_price"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line."""

    what: str
    """`message` (a request of its own), `item` (one request in a batch, processed), `delivered` (its result line went
    out), `count`, `batch` (create, poll, list, results …), `models`, `refused` (no valid request)."""
    received: str = ""
    """RFC 3339, when the request had arrived; of an item, when its batch was created."""
    finished: str = ""
    path: str = ""
    hash: str = ""
    """SHA-256 of the canonical body; of an item or a delivery, of its params."""
    model: str = ""
    batch: str = ""
    custom_id: str = ""
    kind: str = ""
    """The scripted outcome."""
    status: int = 0
    """0: no response was sent."""
    billed: bool = False
    tokens: Tokens = field(default_factory=Tokens)
    usd: float | str = 0.0
    """`unknown_price` when the table has no such model."""
    written: bool = False
    """Whether the response went to the socket, up to its last byte, while the client's end was open."""
    retry: int = 0
    """Which of the SDK's own retries this was."""


class Ledger:
    """Append-only, safe between threads."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._file = path.open("a", encoding="utf-8") if path else None

    def add(self, entries: Iterable[Entry]) -> None:
        """Keep lines, in this order."""
        with self._lock:
            for entry in entries:
                self._entries.append(entry)
                if self._file:
                    self._file.write(json.dumps(asdict(entry)) + "\n")
            if self._file:
                self._file.flush()
                os.fsync(self._file.fileno())

    def entries(self) -> list[Entry]:
        """All lines so far."""
        with self._lock:
            return list(self._entries)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


def read_ledger(path: Path) -> list[Entry]:
    """The lines of a ledger's file; a last line that is still being written is left out."""
    text = path.read_text(encoding="utf-8")
    found = []
    for line in text[: text.rfind("\n") + 1].splitlines():
        row = json.loads(line)
        found.append(Entry(**{**row, "tokens": Tokens(**row["tokens"])}))
    return found


def answered(entries: Iterable[Entry]) -> Counter[str]:
    """How many whole answers went out, by request hash."""
    return Counter(
        entry.hash
        for entry in entries
        if (entry.what == "delivered" or (entry.what == "message" and entry.status == 200))
        and entry.written
        and entry.kind not in NO_ANSWER
    )


def paid(entries: Iterable[Entry]) -> Counter[str]:
    """How many times a request was paid for, by request hash."""
    return Counter(entry.hash for entry in entries if entry.billed)


def paid_again(entries: Iterable[Entry]) -> Counter[str]:
    """By request hash, how many paid requests arrived after a whole answer to the same had gone out.

    A client that loses no answer has none. One that is killed may have as many as it had requests in flight, since what
    was handed to its socket need not have been read.
    """
    listed = list(entries)
    first: dict[str, str] = {}
    for entry in listed:
        if answered([entry]):
            first[entry.hash] = min(entry.finished, first.get(entry.hash, entry.finished))
    return Counter(
        entry.hash for entry in listed if entry.billed and entry.hash in first and entry.received > first[entry.hash]
    )


def total_usd(entries: Iterable[Entry]) -> float:
    """What everything cost; raises ValueError when a price is unknown."""
    costs = [entry.usd for entry in entries if entry.billed]
    if any(isinstance(cost, str) for cost in costs):
        raise ValueError("some requests have no known price")
    return float(sum(cost for cost in costs if not isinstance(cost, str)))


def total_tokens(entries: Iterable[Entry]) -> Tokens:
    """Tokens paid for, by kind."""
    billed = [entry.tokens for entry in entries if entry.billed]
    return Tokens(**{name: sum(getattr(tokens, name) for tokens in billed) for name in asdict(Tokens())})
