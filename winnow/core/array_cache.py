"""Cached measurements, stored as arrays in files that can be deleted at any time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from winnow.core.atomic import atomic_write

MAX_FILES = 8
"""Maximum number of cached files in a folder."""


def save_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays atomically, and delete the oldest files of the folder beyond MAX_FILES."""
    with atomic_write(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, **arrays)
    for stale in sorted(path.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)[MAX_FILES:]:
        stale.unlink(missing_ok=True)


def newest_arrays(folder: Path, pattern: str) -> dict[str, Any] | None:
    """The arrays of the newest intact file that matches a pattern; None when there is none."""
    for path in sorted(folder.glob(pattern), key=lambda p: p.stat().st_mtime_ns, reverse=True):
        arrays = load_arrays(path)
        if arrays is not None:
            return arrays
    return None


def load_arrays(path: Path) -> dict[str, Any] | None:
    """The arrays of a file; None when it is missing or damaged and must be computed again."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
