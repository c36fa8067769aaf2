"""Write a file atomically: either all of the new content, or the old file unchanged."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A temporary path to write to; it replaces `path` atomically on success, and is deleted on an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A temporary folder in `parent`, or in the system's place for them if there is no such folder.

    What a kill leaves is removed by `remove_abandoned_parts`.
    """
    place = parent if parent.is_dir() else None
    if place:
        remove_abandoned_parts(place)
    scratch = Path(tempfile.mkdtemp(prefix=".scratch-", suffix=f".{os.getpid()}.part", dir=place))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def remove_abandoned_parts(folder: Path) -> None:
    """Remove incomplete folders that killed commands left: those whose process no longer exists."""
    for part in folder.glob(".*.part"):
        process = part.name.split(".")[-2]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(part, ignore_errors=True)
        except (ValueError, PermissionError):
            continue  # not a part, or of a live process of another user
