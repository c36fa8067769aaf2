"""Threads of a process that append to files: lines that wait for the disk are written together."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from winnow.interaction_log.append_block import append_block


class LineQueue:
    """Lines on their way to a file, whose path is asked for at each write."""

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._waiting: deque[_Waiting] = deque()
        _queues.append(self)

    def append(self, line: bytes) -> bool:
        """Write a line that ends with a line feed; whether it is on disk. Raises OSError if it could not be written.

        False only where a finalizer or a signal handler logs amid a write of its own thread: that one writes it.
        """
        own = _Waiting(line)
        self._waiting.append(own)
        if not _turn.take():
            return False
        try:
            while any(queue.write_waiting() for queue in tuple(_queues)):  # also what a finalizer added meanwhile
                pass
        finally:
            _turn.give_up()
        if own.error:
            raise own.error
        return own.is_done

    def write_waiting(self) -> bool:
        """Write the lines that wait, by the thread whose turn it is; whether there were any."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        error: OSError | None = InterruptedError("the thread that wrote the line was stopped")
        try:
            if batch:
                append_block(self._path(), b"".join(one.line for one in batch))
            error = None
        except OSError as failed:
            error = failed
        finally:
            for one in batch:
                one.error, one.is_done = error, error is None
        return bool(batch)

    def forget_waiting(self) -> None:
        """Drop the lines of another process's threads, after a fork."""
        self._waiting.clear()


@dataclass(eq=False)
class _Waiting:
    """A line and what became of it."""

    line: bytes
    is_done: bool = False
    error: OSError | None = None


class _Turn:
    """The right to write: one thread of the process has it at a time, and no fork happens meanwhile.

    A forked process would inherit the descriptor with its lock, and keep the lock if this process is killed.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_taken = False
        self._is_taken_for_fork = False

    def take(self) -> bool:
        """Wait for it; False, without it, if the thread has it already."""
        self._lock.acquire()
        if self._is_taken:
            self._lock.release()
            return False
        self._is_taken = True
        return True

    def give_up(self) -> None:
        """Let the next thread have it."""
        self._is_taken = False
        self._lock.release()

    def before_fork(self) -> None:
        """Wait for it; a thread that forks amid its own write has it already."""
        self._is_taken_for_fork = self.take()

    def after_fork(self) -> None:
        """Give it up, in either process."""
        if self._is_taken_for_fork:
            self.give_up()


_turn = _Turn()
_queues: list[LineQueue] = []


def _in_forked_process() -> None:
    for queue in _queues:
        queue.forget_waiting()
    _turn.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_turn.before_fork, after_in_parent=_turn.after_fork, after_in_child=_in_forked_process)
