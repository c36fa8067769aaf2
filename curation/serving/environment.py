"""The server's own Python environment, made once in the user's cache and shared by all workspaces.

It cannot be Winnow's: Argilla's server needs older versions of what Winnow uses. Its name holds a hash of the exact
versions, so that a new Winnow makes a new one.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from curation.embed import cache_folder
from validators.faults import Fault, ServiceError

Note = Callable[[str], None]
"""Called with one line for people."""


def server_code() -> Path:
    """The folder that holds the server's code and pins: beside the rooms, or inside an installed Winnow."""
    here = Path(__file__).resolve().parent
    for folder in (here / "shipped", here.parent.parent / "server"):
        if (folder / "requirements.txt").is_file():
            return folder
    raise ServiceError(Fault(str(here), "the server's code is missing", "server/", "install Winnow anew"))


def server_python(note: Note) -> Path:
    """The environment's Python; the environment is made when there is none, which takes a minute.

    Raises ServiceError when pip cannot make it.
    """
    pins = server_code() / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    name = hashlib.sha256(pins.read_bytes() + version.encode()).hexdigest()[:12]
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"server-{name}"
    python = folder / "bin" / "python"
    with FileLock(cache / f"server-{name}.lock"):
        if not (folder / ".ready").exists() or not python.exists():
            shutil.rmtree(folder, ignore_errors=True)
            note(f"setting up the labeling server in {folder}, once for all workspaces")
            _run([sys.executable, "-m", "venv", str(folder)], note, expected=0)
            pinned = sum(1 for line in pins.read_text().splitlines() if "==" in line)
            pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
            _run([*pip, "--requirement", str(pins)], note, expected=pinned)
            (folder / ".ready").touch()
    return python


def _run(command: list[str], note: Note, *, expected: int) -> None:
    """Run a step; of pip's lines, every tenth package is told."""
    said: list[str] = []
    collected = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
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
        errors = [line for line in said if line.startswith("ERROR")] or said[-3:]
        fix = "check the network and the package index of pip, then run it again"
        raise ServiceError(Fault(" ".join(command[:4]), "; ".join(errors), "a working environment", fix))
