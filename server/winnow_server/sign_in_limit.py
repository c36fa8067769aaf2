"""How fast passwords may be tried: after some failures, each further attempt has to wait longer."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

T = TypeVar("T")

ACCOUNT_ATTEMPTS = 5
"""Failures of one account from one address before the next attempt has to wait."""

ADDRESS_ATTEMPTS = 20
"""Failures from one address, whatever the account, before the next attempt has to wait: a team may share one."""

FIRST_WAIT_SECONDS = 5.0
"""Wait after the last free attempt; each further failure doubles it."""

MAX_WAIT_SECONDS = 60.0
"""Longest wait. Passwords are random with 96 bits, so that one attempt a minute finds none."""

MAX_RUNNING = 20
"""Attempts that are checked or wait for it, from all addresses: a check takes a quarter of a second, so they wait for 5
seconds. Beyond that, only people who have signed in from their address before are let in."""

PARALLEL_WAIT_SECONDS = 1.0
"""Wait when another attempt is still being checked and no free one is left."""

FORGET_SECONDS = 900.0
"""Seconds without a failure after which earlier ones no longer count."""

MAX_ENTRIES = 10_000
"""Accounts and addresses that are remembered; the oldest are dropped, so that a storm does not fill the memory."""

IPV6_SUBSCRIBER_BITS = 64
"""Length of the prefix that one subscriber controls: all its addresses count as one (RFC 6177)."""


@dataclass
class Failures:
    """Failed attempts of one account from one address, or of one address."""

    free: int
    """Attempts that never wait."""
    count: int = 0
    running: int = 0
    """Attempts that are being checked."""
    last: float = 0.0
    """When the last one failed."""
    blocked_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next attempt; 0.0 if it may begin."""
        if now - self.last > FORGET_SECONDS:
            self.count = 0
        if self.running and self.count + self.running >= self.free:
            return PARALLEL_WAIT_SECONDS
        return max(0.0, self.blocked_until - now)

    def fail(self, now: float) -> None:
        """Count a failure."""
        self.count, self.last = self.count + 1, now
        if self.count >= self.free:
            self.blocked_until = now + wait_seconds(self.count - self.free)


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in."""

    key: tuple[str, str]
    """Account and address."""
    limited_by: tuple[Failures, ...] = ()
    wait: float = 0.0
    """Seconds to wait, if the attempt is refused."""


@dataclass
class SignInLimit:
    """Counts failures by account and address, and by address.

    A refused attempt is not counted, so nobody is blocked for longer than the wait. Whoever has signed in from an
    address before is not held up by the failures of others from there.
    """

    clock: Callable[[], float] = time.monotonic
    failures: OrderedDict[Any, Failures] = field(default_factory=OrderedDict)
    signed_in: OrderedDict[Any, bool] = field(default_factory=OrderedDict)
    """Accounts and addresses with a successful sign-in."""
    running: int = 0
    """Attempts that have started and not ended."""

    def begin(self, account: str, address: str) -> Attempt:
        """Start an attempt, or refuse it; an attempt that was started must be ended."""
        key = account, subscriber(address)
        if self.running >= MAX_RUNNING and key not in self.signed_in:
            return Attempt(key, wait=PARALLEL_WAIT_SECONDS)
        limits = [self._failures(key, ACCOUNT_ATTEMPTS)]
        if key not in self.signed_in:
            limits.append(self._failures(key[1], ADDRESS_ATTEMPTS))
        wait = max(one.wait(self.clock()) for one in limits)
        if wait > 0:
            return Attempt(key, wait=wait)
        self.running += 1
        for one in limits:
            one.running += 1
        return Attempt(key, tuple(limits))

    def end(self, attempt: Attempt, *, right: bool | None) -> None:
        """End an attempt: the password was right, wrong, or was not checked (None)."""
        self.running -= 1
        for one in attempt.limited_by:
            one.running -= 1
            if right is False:
                one.fail(self.clock())
        if right:
            self.failures.pop(attempt.key, None)
            _remember(self.signed_in, attempt.key, True)

    def _failures(self, key: object, free: int) -> Failures:
        return _remember(self.failures, key, self.failures.get(key) or Failures(free))


def wait_seconds(failures: int) -> float:
    """The wait after this many failures beyond the free ones: 5, 10, 20, … seconds, at most MAX_WAIT_SECONDS."""
    doublings = min(failures, math.ceil(math.log2(MAX_WAIT_SECONDS / FIRST_WAIT_SECONDS)))
    return min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0**doublings)


def subscriber(address: str) -> str:
    """An IPv4 address itself; of an IPv6 address the network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), IPV6_SUBSCRIBER_BITS), strict=False))


def _remember(entries: OrderedDict[Any, T], key: object, value: T) -> T:
    """Store an entry as the newest one, and drop the oldest ones."""
    entries[key] = value
    entries.move_to_end(key)
    while len(entries) > MAX_ENTRIES:
        entries.popitem(last=False)
    return value
