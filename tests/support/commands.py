"""Run `winnow` as a user would: in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.support.forked_commands import CAN_FORK, WINNOW_SCRIPT, run_forked

TIMEOUT = 300


def run_winnow(*arguments: object, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command; with `options`, which go to `subprocess.run`, as the installed script."""
    words = [str(one) for one in arguments]
    if CAN_FORK and not options:
        return run_forked(words, cwd=cwd, timeout=TIMEOUT)
    command = [str(WINNOW_SCRIPT), *words]
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True, timeout=TIMEOUT, **options)
