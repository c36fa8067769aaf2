"""Add lines to a file that is never rewritten, such as the looks at scores."""

from __future__ import annotations

import os
from pathlib import Path


def append_line(path: Path, line: str) -> None:
    """Add a line to a file, and wait until it is on disk.

    Where a kill has cut off the last line, the new one begins after it: joined, neither could be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(size - 1, 0))
        handle.write((b"\n" if handle.read() not in (b"", b"\n") else b"") + line.encode() + b"\n")
        handle.flush()
        os.fsync(handle.fileno())
