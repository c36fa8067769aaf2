"""Write a file atomically: either all of the new content, or the old file unchanged."""

from __future__ import annotations

import contextlib
import json
import os
import re
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


def write_json_file(path: Path, value: object) -> None:
    """Write a value as indented JSON, with Unicode as it is."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


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


PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
"""Modes of the state of a workspace: only the user can enter it."""

SHARED_FOLDER, SHARED_FILE = 0o755, 0o644
"""Modes within a release or a run, which is readable as a whole when it is copied out of the state."""


def set_mode(path: Path, mode: int) -> None:
    """Give a file or folder this mode; one of another user, or on a disk without modes, is left as it is."""
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


def make_readable(folder: Path) -> None:
    """Give all files of a folder one mode, and all folders one mode, whatever wrote them."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            set_mode(path, SHARED_FOLDER if path.is_dir() else SHARED_FILE)


PART_NAME = re.compile(r"\..+\.(\d+)\.part")
"""Names of incomplete files and folders, with the number of the process that writes them."""


def remove_abandoned_parts(folder: Path, pattern: str = ".*.part") -> None:
    """Remove incomplete files and folders that killed commands left: those whose process no longer exists."""
    parts: list[Path] = []
    with contextlib.suppress(FileNotFoundError):  # another command removed a folder meanwhile
        parts += folder.glob(pattern)
    for part in parts:
        named = PART_NAME.fullmatch(part.name)
        if not named or _is_running(int(named[1])):
            continue
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):  # removed by another command, or on a read-only disk
                part.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        return True
    return True
