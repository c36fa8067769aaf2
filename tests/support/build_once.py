"""Something slow to make is made by one test process and copied by the others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def build_once(tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """A private copy of the folder that `build` fills; with pytest-xdist, one worker of the session builds it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built"
    shared.mkdir(exist_ok=True)
    built, ready = shared / name, shared / f"{name}.ready"
    with FileLock(shared / f"{name}.lock"):
        if not ready.exists():
            shutil.rmtree(built, ignore_errors=True)  # left by a failed attempt
            build(built)
            ready.touch()
    return Path(shutil.copytree(built, tmp_path_factory.mktemp(name) / "ws", symlinks=True))
