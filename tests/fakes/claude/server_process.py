"""Run the server in a process of its own, for as long as a block lasts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@contextmanager
def running(*options: object) -> Iterator[str]:
    """The URL of a server with these command line options. It ends with the block, or with this process.

    A `--writer` is looked for in the folder of the tests, where the process runs.
    """
    command = [sys.executable, "-m", PACKAGE.name, "--while-stdin", *map(str, options)]
    with subprocess.Popen(
        command, cwd=PACKAGE.parent, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"the server did not start: exit code {process.wait(10)}")
        try:
            yield url
        finally:
            process.stdin.close()
            process.wait(10)
