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
    """Append-only, on the disk before `add` returns; a line that a kill tore is cut off by whoever comes next."""

    def __init__(self, path: Path, on_line: Callable[[JournalLine], None]) -> None:
        """`heard` is called once with every line of the file, one's own included, in the order of the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._on_line = path, on_line
        self._threads = threading.Lock()
        self._processes = FileLock(path.with_suffix(".lock"), thread_local=False)
        self._read_bytes = 0
        """Bytes that were heard."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the file, and everything that is in it heard."""
        with self._threads, self._processes.acquire(poll_interval=0.005):
            self._read_new()
            yield

    def add(self, line: JournalLine) -> None:
        """Write a line down; only within a turn."""
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
            if whole < len(new):  # nobody is writing now
                handle.truncate(self._read_bytes + whole)
        self._read_bytes += whole
        for line in new[:whole].splitlines():
            self._on_line(json.loads(line))
