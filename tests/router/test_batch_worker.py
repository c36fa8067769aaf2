"""A thread that handles together what arrived meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from winnow.router.batch_worker import BatchWorker
from winnow.router.problem_replies import NotAnsweredError


class Doubled:
    """Doubles numbers, and notes its batches; it waits at the first one until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.go.wait(10)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


async def gather(worker: BatchWorker[int, int], handle: Doubled, *requests: list[int]) -> list[list[int] | Exception]:
    """Let the first request start, let the others wait behind it, then answer all."""
    first = asyncio.ensure_future(worker.results(requests[0]))
    while not handle.batches:
        await asyncio.sleep(0.001)
    others = [asyncio.ensure_future(worker.results(request)) for request in requests[1:]]
    await asyncio.sleep(0.01)
    handle.go.set()
    return await asyncio.gather(first, *others, return_exceptions=True)  # type: ignore[return-value]


def test_what_waits_is_handled_together_and_each_request_gets_its_own() -> None:
    handle = Doubled()
    worker = BatchWorker("test", handle, most_items=4, most_waiting=100)
    found = asyncio.run(gather(worker, handle, [1], [2, 3], [4], [5], [6, 7, 8, 9, 10]))
    assert found == [[2], [4, 6], [8], [10], [12, 14, 16, 18, 20]]
    assert handle.batches == [[1], [2, 3, 4, 5], [6, 7, 8, 9, 10]]
    worker.close()


def test_the_failure_of_one_request_is_not_that_of_another() -> None:
    handle = Doubled()
    worker = BatchWorker("test", handle, most_items=10, most_waiting=100)
    first, second, wrong, third = asyncio.run(gather(worker, handle, [1], [2], [13], [3]))
    assert (first, second, third) == ([2], [4], [6])
    assert isinstance(wrong, ValueError)
    worker.close()


def test_what_nobody_would_wait_for_is_refused() -> None:
    handle = Doubled()
    worker = BatchWorker("test", handle, most_items=1, most_waiting=2)
    found = asyncio.run(gather(worker, handle, [1], [2], [3], [4]))
    assert found[:3] == [[2], [4], [6]]
    assert isinstance(found[3], NotAnsweredError)
    worker.close()


def test_what_waits_at_the_end_is_handled_and_nothing_after_it() -> None:
    handle = Doubled()
    worker = BatchWorker("test", handle, most_items=1, most_waiting=10)

    async def closed_meanwhile() -> list[list[int]]:
        waiting = [asyncio.ensure_future(worker.results([number])) for number in (1, 2, 3)]
        await asyncio.sleep(0.01)
        handle.go.set()
        await asyncio.to_thread(worker.close)
        found = await asyncio.gather(*waiting)
        with pytest.raises(NotAnsweredError):
            await worker.results([4])
        return found

    assert asyncio.run(closed_meanwhile()) == [[2], [4], [6]]
