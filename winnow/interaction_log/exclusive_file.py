"""Open a file to append to it, alone among all processes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

LOG_MODE = 0o600
"""Only the user may read a log."""

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def opened_alone(path: Path) -> AbstractContextManager[int]:
    """A descriptor that no other process has at the same time; the file is created if there is none.

    A process that is killed gives it up.
    """
    return _locked_by_kernel(path) if HAS_FLOCK else locked_by_neighbor(path)


@contextlib.contextmanager
def _locked_by_kernel(path: Path) -> Iterator[int]:
    descriptor = _current_descriptor(path)
    try:
        yield descriptor
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing it is not enough where another process inherited it
        os.close(descriptor)


def _current_descriptor(path: Path) -> int:
    """A locked descriptor of the file that has the name: it may be removed while this process waits for the lock."""
    while True:
        descriptor = os.open(path, _FLAGS, LOG_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


@contextlib.contextmanager
def locked_by_neighbor(path: Path) -> Iterator[int]:
    """The same with a lock file next to the file, for systems without `flock`."""
    from filelock import FileLock

    with FileLock(path.with_name(f".{path.name}.lock")):
        descriptor = os.open(path, _FLAGS, LOG_MODE)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
