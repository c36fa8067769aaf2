"""An append-only JSONL file shared by threads and processes; a line cut off by a kill is removed."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

JournalLine = Mapping[str, Any]


class JournalFile:
    """Append-only; a line is on the disk before `add` returns, and the next reader removes an incomplete last line."""

    def __init__(self, path: Path, on_line: Callable[[JournalLine], None]) -> None:
        """`on_line` is called once with every line of the file, including this process's own, in order."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._on_line = path, on_line
        self._threads = threading.Lock()
        self._processes = FileLock(path.with_suffix(".lock"), thread_local=False)
        self._read_bytes = 0
        """Bytes that were passed to `on_line`."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Exclusive access to the file, with every line in it already passed to `on_line`."""
        with self._threads, self._processes.acquire(poll_interval=0.005):
            self._read_new()
            yield

    def add(self, line: JournalLine) -> None:
        """Append a line; only inside `locked`."""
        with self._path.open("ab") as handle:
            handle.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        self._read_new()

    def _read_new(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb+") as handle:
            handle.seek(self._read_bytes)
            new = handle.read()
            whole = new.rfind(b"\n") + 1
            if whole < len(new):  # the lock is held, so nobody is writing it
                handle.truncate(self._read_bytes + whole)
        self._read_bytes += whole
        for line in new[:whole].splitlines():
            self._on_line(json.loads(line))
