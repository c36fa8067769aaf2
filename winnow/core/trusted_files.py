"""Files with code that the user allowed to run, stored on this machine outside every workspace."""

from __future__ import annotations

import os
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.hashing import stable_hash


def user_state_folder() -> Path:
    """Where decisions of the user on this machine are stored; `WINNOW_STATE` overrides it."""
    from platformdirs import user_state_path

    return Path(os.environ.get("WINNOW_STATE") or user_state_path("winnow"))


def is_trusted(path: Path, content: bytes) -> bool:
    """Whether the user allowed a file with exactly this content, at this path, to run."""
    return _entry(path, content).is_file()


def trust_file(path: Path) -> None:
    """Allow a file to run as it is now; after a change it must be allowed again."""
    with atomic_write(_entry(path, path.read_bytes())) as temporary:
        temporary.write_text(f"{path.resolve()}\n", encoding="utf-8", errors="backslashreplace")


def _entry(path: Path, content: bytes) -> Path:
    name = stable_hash(os.fsencode(path.resolve()), stable_hash(content))
    return user_state_folder() / "trusted" / name
