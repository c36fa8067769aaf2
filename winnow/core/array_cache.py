"""Cached measurements, stored as arrays in files that can be deleted at any time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Mapping
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


def newest_arrays(folder: Path, pattern: str, names: Collection[str] = ()) -> dict[str, Any] | None:
    """The arrays of the newest intact file that matches a pattern; None when there is none. `names`: only these."""
    for path in sorted(folder.glob(pattern), key=lambda p: p.stat().st_mtime_ns, reverse=True):
        arrays = load_arrays(path, names)
        if arrays is not None:
            return arrays
    return None


def load_arrays(path: Path, names: Collection[str] = ()) -> dict[str, Any] | None:
    """The arrays of a file, or those with these `names`; None when it is missing or damaged: it is computed again."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in names or stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
