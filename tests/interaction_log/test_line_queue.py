"""Threads, finalizers and forks that append to one log."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from winnow.interaction_log.append_block import append_block
from winnow.interaction_log.line_queue import LineQueue


def in_threads(count: int, work: object) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_every_line_of_every_thread_is_written_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    queue = LineQueue(lambda: log)
    written: list[bool] = []
    in_threads(8, lambda thread: written.extend(queue.append(b"%d-%d\n" % (thread, i)) for i in range(50)))
    assert written == [True] * 400
    assert sorted(log.read_bytes().split()) == sorted(b"%d-%d" % (t, i) for t in range(8) for i in range(50))


def test_lines_that_wait_are_written_together(tmp_path: Path) -> None:
    """While one thread writes, three others wait: two writes for four lines."""
    log, started, paths = tmp_path / "log", threading.Event(), []
    barrier = threading.Barrier(2)

    def path() -> Path:
        paths.append(log)
        if len(paths) == 1:
            started.set()
            barrier.wait(10)
        return log

    queue = LineQueue(path)
    threads = [threading.Thread(target=queue.append, args=(b"%d\n" % number,)) for number in range(4)]
    threads[0].start()
    started.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(queue._waiting) < 3:
        pass
    barrier.wait(10)
    for thread in threads:
        thread.join()
    assert len(paths) == 2
    assert sorted(log.read_bytes().split()) == [b"0", b"1", b"2", b"3"]


def test_a_failure_is_told_to_every_thread_whose_line_it_concerns(tmp_path: Path) -> None:
    queue = LineQueue(lambda: tmp_path)  # a folder
    failed: list[int] = []

    def append(thread: int) -> None:
        with pytest.raises(OSError, match=r"directory"):
            queue.append(b"x\n")
        failed.append(thread)

    in_threads(4, append)
    assert sorted(failed) == [0, 1, 2, 3]


def test_a_finalizer_that_logs_amid_a_write_does_not_wait_for_itself(tmp_path: Path) -> None:
    first, second, nested = tmp_path / "first", tmp_path / "second", []
    other = LineQueue(lambda: second)

    def path() -> Path:
        if not nested:
            nested.append(None)
            nested[0] = (queue.append(b"nested\n"), other.append(b"nested\n"))
        return first

    queue = LineQueue(path)
    assert queue.append(b"outer\n")
    assert nested == [(False, False)]  # not acknowledged there; on disk when the outer call returns
    assert (first.read_bytes(), second.read_bytes()) == (b"outer\nnested\n", b"nested\n")


def test_an_interrupted_thread_leaves_no_other_waiting(tmp_path: Path) -> None:
    log, stop = tmp_path / "log", [True]

    def path() -> Path:
        if stop.pop():
            raise KeyboardInterrupt
        return log

    queue = LineQueue(path)
    with pytest.raises(KeyboardInterrupt):
        queue.append(b"1\n")
    stop.append(False)
    assert queue.append(b"2\n")
    assert log.read_bytes() == b"2\n"


def test_a_fork_waits_until_no_thread_writes(tmp_path: Path) -> None:
    """Else the child would hold the lock of the file for as long as it lives."""
    log, started, go_on, forked = tmp_path / "log", threading.Event(), threading.Event(), threading.Event()

    def path() -> Path:
        started.set()
        go_on.wait(10)
        return log

    def fork() -> None:
        process = os.fork()
        if not process:
            os._exit(0)
        os.waitpid(process, 0)
        forked.set()

    queue = LineQueue(path)
    threads = [threading.Thread(target=queue.append, args=(b"1\n",)), threading.Thread(target=fork)]
    threads[0].start()
    started.wait(10)
    threads[1].start()
    assert not forked.wait(0.3)
    go_on.set()
    assert forked.wait(10)
    for thread in threads:
        thread.join()


def test_a_process_that_is_forked_amid_a_write_of_its_own_thread(tmp_path: Path) -> None:
    """A signal handler may fork at any time; the line of the parent is written by the parent."""
    log, children = tmp_path / "log", []

    def path() -> Path:
        if not children:
            children.append(os.fork())
            if not children[0]:
                os._exit(0)
        return log

    queue = LineQueue(path)
    assert queue.append(b"1\n")
    assert queue.append(b"2\n")
    assert os.waitpid(children[0], 0)[1] == 0
    assert log.read_bytes() == b"1\n2\n"


def test_a_forked_process_writes_its_own_lines_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    queue = LineQueue(lambda: log)
    ended = threading.Event()
    counts = [0] * 3

    def append(thread: int) -> None:
        while not ended.is_set():
            queue.append(b"parent-%d-%d\n" % (thread, counts[thread]))
            counts[thread] += 1

    threads = [threading.Thread(target=append, args=(thread,)) for thread in range(3)]
    for thread in threads:
        thread.start()
    for child in range(10):
        process = os.fork()
        if not process:
            try:
                queue.append(b"child-%d\n" % child)
            finally:
                os._exit(0)
        assert os.waitpid(process, 0)[1] == 0
    ended.set()
    for thread in threads:
        thread.join()
    lines = log.read_bytes().split()
    assert len(lines) == len(set(lines)) == sum(counts) + 10
    append_block(log, b"free\n")
