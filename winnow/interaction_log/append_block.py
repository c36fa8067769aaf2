"""Append whole lines to a file so that they are on disk, or leave the file as it was."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from winnow.core.atomic import sync_to_disk
from winnow.interaction_log.exclusive_file import opened_alone

LINE_FEED = b"\n"

NO_SYNC_OF_FOLDERS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})
"""What file systems answer that keep no folders, and a folder whose files may be written but not listed."""


def append_block(path: Path, block: bytes) -> None:
    """Append lines that end with a line feed, and wait until they are on disk.

    A line that a killed process left incomplete is ended first, so that the new ones stand on lines of their own.
    Raises OSError if the lines cannot be written; the file is as before then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened_alone(path) as descriptor:
        size = os.fstat(descriptor).st_size
        if size and not _ends_with_line_feed(descriptor, size):
            block = LINE_FEED + block
        try:
            _write_all(descriptor, block)
            os.fsync(descriptor)
            if not size:
                _sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
                os.fsync(descriptor)
            raise


def _ends_with_line_feed(descriptor: int, size: int) -> bool:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == LINE_FEED


def _write_all(descriptor: int, block: bytes) -> None:
    """One write; only if the disk took a part of it, another one says why."""
    left = memoryview(block)
    while left:
        left = left[os.write(descriptor, left) :]


def _sync_folder(folder: Path) -> None:
    """Keep a new file's name through a crash of the machine, where folders can be written to disk."""
    try:
        sync_to_disk(folder)
    except OSError as error:
        if os.name == "posix" and error.errno not in NO_SYNC_OF_FOLDERS:
            raise
