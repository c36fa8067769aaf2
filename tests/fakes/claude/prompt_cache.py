"""Prompt caching: prefixes that earlier requests wrote at their breakpoints.

The rules are those of platform.claude.com/docs/en/build-with-claude/prompt-caching: written only at breakpoints and
only once the response begins; read by looking back at most 20 blocks from each breakpoint; nothing shorter than the
model's minimum; 5 minutes or 1 hour from the start of the last request that wrote or read it; scoped to a model.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .model_catalog import Model
from .prompt_blocks import Block

LOOKBACK = 20
LIFETIMES = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}


@dataclass(frozen=True)
class CacheUse:
    """Where a request's input tokens come from; the four add up to all of them."""

    read: int
    written_5m: int
    written_1h: int
    fresh: int
    entries: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Prefixes to keep once the response begins: (digest, lifetime)."""


class PromptCache:
    """The prefixes kept for every model of one workspace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[datetime, str]] = {}

    def look(self, prompt: Sequence[Block], model: Model, now: datetime, *, may_read: bool = True) -> CacheUse:
        """What of a prompt is cached at this moment, and what would be written. Reading prolongs what is read."""
        digests, sums = prefixes(prompt)
        marks = [i for i, block in enumerate(prompt) if block.lifetime and sums[i] >= model.cacheable_from]
        hit = -1
        if may_read:
            with self._lock:
                hit = max((self._find(digests, mark, model, now) for mark in marks), default=-1)
                if hit >= 0:
                    lifetime = self._kept[model.id, digests[hit]][1]
                    self._kept[model.id, digests[hit]] = (now + LIFETIMES[lifetime], lifetime)
        read = sums[hit] if hit >= 0 else 0
        written = {"5m": 0, "1h": 0}
        upto = read
        for mark in (mark for mark in marks if mark > hit):
            written[prompt[mark].lifetime] += sums[mark] - upto
            upto = sums[mark]
        entries = tuple((digests[mark], prompt[mark].lifetime) for mark in marks if mark > hit)
        total = sums[-1] if sums else 0
        return CacheUse(read, written["5m"], written["1h"], total - upto, entries)

    def keep(self, use: CacheUse, model: Model, started: datetime) -> None:
        """Write what a request caches; to be called when its response begins."""
        with self._lock:
            for digest, lifetime in use.entries:
                self._kept[model.id, digest] = (started + LIFETIMES[lifetime], lifetime)

    def _find(self, digests: Sequence[str], mark: int, model: Model, now: datetime) -> int:
        """The last block of the longest kept prefix seen from a breakpoint, or -1."""
        for place in range(mark, max(mark - LOOKBACK, -1), -1):
            until, _ = self._kept.get((model.id, digests[place]), (now, ""))
            if until > now:
                return place
        return -1


def prefixes(prompt: Sequence[Block]) -> tuple[list[str], list[int]]:
    """For each block: the hash of everything up to its end, and the tokens up to there."""
    digests: list[str] = []
    sums: list[int] = []
    state = hashlib.sha256()
    for block in prompt:
        state.update(block.key.encode() + b"\0")
        digests.append(state.hexdigest())
        sums.append((sums[-1] if sums else 0) + block.tokens)
    return digests, sums
