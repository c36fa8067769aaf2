"""The limit of sign-ins: growing waits for whoever guesses, none for others."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

from winnow.curation.labeling.server.server_environment import server_code


@pytest.fixture(scope="module")
def limits() -> ModuleType:
    """The server's module, which needs nothing of its environment."""
    path = server_code() / "winnow_server" / "sign_in_limit.py"
    spec = importlib.util.spec_from_file_location("sign_in_limit", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(limits: ModuleType, clock: Clock) -> Any:
    return limits.SignInLimit(clock=clock)


def fail(limit: Any, account: str = "ann", address: str = "192.0.2.1") -> float:
    """One wrong password; the seconds to wait if it is refused."""
    attempt = limit.begin(account, address)
    if not attempt.wait:
        limit.end(attempt, right=False)
    return float(attempt.wait)


def test_the_wait_grows_to_a_minute_and_ends(limit: Any, clock: Clock) -> None:
    assert [fail(limit) for _ in range(5)] == [0.0] * 5
    waits = []
    for _ in range(6):
        waits.append(fail(limit))
        clock.now += waits[-1] - 0.5
        assert fail(limit) == pytest.approx(0.5)  # a refused attempt neither counts nor extends the wait
        clock.now += 0.5
        assert fail(limit) == 0.0
    assert waits == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    clock.now += 901.0
    assert [fail(limit) for _ in range(5)] == [0.0] * 5


def test_nobody_else_is_held_up(limit: Any) -> None:
    for _ in range(5):
        fail(limit)
    assert fail(limit) > 0
    assert fail(limit, "bob") == 0.0
    assert fail(limit, "ann", "192.0.2.2") == 0.0


def test_an_address_that_tries_many_names_has_to_wait_but_not_who_signed_in_there(limit: Any, clock: Clock) -> None:
    known = limit.begin("lea", "192.0.2.1")
    limit.end(known, right=True)
    for number in range(20):
        assert fail(limit, f"name{number}") == 0.0
    assert fail(limit, "one more") == 5.0
    assert fail(limit, "lea") == 0.0
    assert fail(limit, "one more", "192.0.2.2") == 0.0
    clock.now += 5.0
    assert fail(limit, "one more") == 0.0


def test_a_right_password_clears_the_account_and_not_the_address(limit: Any) -> None:
    for number in range(4):
        fail(limit)
        fail(limit, f"name{number}")
    right = limit.begin("ann", "192.0.2.1")
    limit.end(right, right=True)
    assert [fail(limit) for _ in range(5)] == [0.0] * 5
    assert [fail(limit, f"other{number}") for number in range(13)] == [0.0] * 12 + [5.0]


def test_parallel_attempts_are_limited_too(limit: Any) -> None:
    begun = [limit.begin("ann", "192.0.2.1") for _ in range(50)]
    assert [attempt.wait for attempt in begun] == [0.0] * 5 + [1.0] * 45
    for attempt in begun[:5]:
        limit.end(attempt, right=None)
    assert fail(limit) == 0.0


def test_a_storm_from_many_addresses_fills_no_endless_queue(limits: ModuleType, limit: Any) -> None:
    known = limit.begin("lea", "192.0.2.1")
    limit.end(known, right=True)
    begun = [limit.begin("ann", f"10.0.0.{number}") for number in range(200)]
    assert [attempt.wait for attempt in begun] == [0.0] * limits.MAX_RUNNING + [1.0] * (200 - limits.MAX_RUNNING)
    assert limit.begin("lea", "192.0.2.1").wait == 0.0
    limit.end(begun[0], right=False)
    assert limit.begin("bob", "192.0.2.1").wait == 1.0  # lea has taken that place
    limit.end(begun[1], right=False)
    assert limit.begin("bob", "192.0.2.1").wait == 0.0


def test_one_network_of_ipv6_is_one_address(limits: ModuleType, limit: Any) -> None:
    assert [fail(limit, address=f"2001:db8:0:1::{number:x}") for number in range(6)] == [0.0] * 5 + [5.0]
    assert fail(limit, address="2001:db8:0:2::1") == 0.0
    assert limits.subscriber("::ffff:192.0.2.1") == limits.subscriber("192.0.2.1")
    assert limits.subscriber("testclient") == "testclient"


def test_a_storm_of_names_does_not_fill_the_memory(limits: ModuleType, limit: Any) -> None:
    for number in range(limits.MAX_ENTRIES + 50):
        fail(limit, str(number), f"10.0.{number // 256}.{number % 256}")
    assert len(limit.failures) == limits.MAX_ENTRIES
