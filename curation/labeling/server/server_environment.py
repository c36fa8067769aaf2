"""The server's own Python environment, created once in the user's cache and shared by all workspaces."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from winnow.core.errors import Problem, ServiceError
from winnow.core.hashing import stable_hash
from winnow.core.user_cache import user_cache_folder

NoteProgress = Callable[[str], None]
"""Called with one line about the progress."""


def server_code() -> Path:
    """The folder that holds the server's code and its pinned requirements."""
    folder = Path(__file__).parents[3] / "server"  # in the package, or at the top of the repository
    if not (folder / "requirements.txt").is_file():
        raise ServiceError(Problem(str(folder), "the labeling server's code is missing", "", "reinstall Winnow"))
    return folder


def server_python(note: NoteProgress) -> Path:
    """The environment's Python; the environment is created if it does not exist, which takes a minute.

    Raises ServiceError when pip cannot create it.
    """
    pins = server_code() / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = stable_hash(pins.read_bytes() + version.encode(), length=12)
    cache = user_cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"server-{name}"
    python = folder / "bin" / "python"
    with FileLock(cache / f"server-{name}.lock"):
        if not (folder / ".ready").exists() or not python.exists():
            shutil.rmtree(folder, ignore_errors=True)
            note(f"setting up the labeling server in {folder}, once for all workspaces")
            _run([sys.executable, "-m", "venv", str(folder)], note, expected=0)
            packages = sum(1 for line in pins.read_text().splitlines() if "==" in line)
            pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
            _run([*pip, "--requirement", str(pins)], note, expected=packages)
            (folder / ".ready").touch()
    return python


def _run(command: list[str], note: NoteProgress, *, expected: int) -> None:
    """Run a command, and report every tenth package of pip's output."""
    output: list[str] = []
    collected = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            for line in process.stdout or ():
                output.append(line.rstrip())
                if line.startswith(("Collecting ", "Processing ")):
                    collected += 1
                    if collected % 10 == 0:
                        note(f"  {collected} of {expected} packages")
                elif line.startswith("Installing collected"):
                    note("  installing them")
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        errors = [line for line in output if line.startswith("ERROR")] or output[-3:]
        fix = "check the network and the package index of pip, then run this again"
        raise ServiceError(Problem(" ".join(command[:4]), "; ".join(errors), "a working environment", fix))
