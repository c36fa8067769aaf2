"""Run `winnow` as a user would: as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

WINNOW_SCRIPT = Path(sys.executable).parent / "winnow"


def run_winnow(*arguments: object, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed script; `options` go to `subprocess.run`."""
    command = [str(WINNOW_SCRIPT), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True, timeout=300, **options)
