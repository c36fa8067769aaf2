"""A thread that handles together what arrived while it was busy: queries for a model, lines for a disk."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from winnow.core.counted import agreeing, counted
from winnow.router.problem_replies import NotAnsweredError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(eq=False)
class _Job(Generic[Item, Result]):
    """Items of one request, and where their results are awaited."""

    items: Sequence[Item]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[list[Result]]
    results: list[Result] | None = None
    error: BaseException | None = None


class BatchWorker(Generic[Item, Result]):
    """One thread, which owns what `handle` uses. It waits for nobody: a batch is what arrived during the last one."""

    def __init__(
        self, name: str, handle: Callable[[list[Item]], Sequence[Result]], *, most_items: int, most_waiting: int
    ) -> None:
        """`handle` gets about `most_items` at once; when `most_waiting` wait, further ones are refused."""
        self._handle = handle
        self._most_items = most_items
        self._most_waiting = most_waiting
        self._waiting: deque[_Job[Item, Result]] = deque()
        self._waiting_items = 0
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def results(self, items: Sequence[Item]) -> list[Result]:
        """What `handle` returns for the items, in their order.

        Raises what it raises, and NotAnsweredError where too many items wait, or the service ends.
        """
        loop = asyncio.get_running_loop()
        job: _Job[Item, Result] = _Job(items, loop, loop.create_future())
        with self._changed:
            if self._is_closed:
                raise NotAnsweredError("the service ends")
            if self._waiting_items + len(items) > self._most_waiting:
                raise NotAnsweredError(
                    f"{counted(self._waiting_items, 'query', 'queries')} "
                    f"{agreeing(self._waiting_items, 'waits', 'wait')} already"
                )
            self._waiting.append(job)
            self._waiting_items += len(items)
            self._changed.notify()
        return await job.done

    def close(self) -> None:
        """Handle what waits, then end the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while jobs := self._next_jobs():
            self._work(jobs)
            for loop in {job.loop for job in jobs}:
                _call(loop, [job for job in jobs if job.loop is loop])

    def _next_jobs(self) -> list[_Job[Item, Result]]:
        """The jobs that wait, up to about `most_items`; empty at the end."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            jobs: list[_Job[Item, Result]] = []
            taken = 0
            while self._waiting and (not jobs or taken + len(self._waiting[0].items) <= self._most_items):
                jobs.append(self._waiting.popleft())
                taken += len(jobs[-1].items)
            self._waiting_items -= taken
            return jobs

    def _work(self, jobs: Sequence[_Job[Item, Result]]) -> None:
        """Handle the items of all jobs at once; where that fails, those of each job alone."""
        try:
            results = list(self._handle([item for job in jobs for item in job.items]))
        except BaseException as error:  # noqa: BLE001  (raised again where the results are awaited)
            if len(jobs) == 1:
                jobs[0].error = error
                return
            for job in jobs:
                self._work([job])
            return
        start = 0
        for job in jobs:
            job.results = results[start : start + len(job.items)]
            start += len(job.items)


def _call(loop: asyncio.AbstractEventLoop, jobs: Sequence[_Job[Item, Result]]) -> None:
    """Hand the results over in the thread of the event loop, unless it has ended."""

    def hand_over() -> None:
        for job in jobs:
            if job.done.cancelled():
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.results or [])

    if not loop.is_closed():
        loop.call_soon_threadsafe(hand_over)
