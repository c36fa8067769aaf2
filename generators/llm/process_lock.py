"""Which processes are alive: each holds a file lock for as long as it lives."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


@contextlib.contextmanager
def hold_process_lock(folder: Path) -> Iterator[str]:
    """A name for this process; others can check by it whether the process is alive."""
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex[:16]
    path = folder / f"{name}.lock"
    with FileLock(path):
        yield name
        path.unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Whether the process with this name is alive. The file of an ended one is removed."""
    path = folder / f"{name}.lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            path.unlink(missing_ok=True)
    except Timeout:
        return True
    return False
