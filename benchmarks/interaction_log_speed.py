"""What `winnow.log_interaction` costs an app: import, first line, further lines, and many threads or processes at once.

Run by `python -m benchmarks.interaction_log_speed [LINES]`, outside of a workspace. A line has a request of 200
characters with an e-mail address; every call returns after the line is on disk. `append and fsync` is the least that
any log with this promise costs here: one write of the same bytes and one fsync, without lock, policy or JSON.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import winnow

LINES = 1_000
STARTS = 9
TEXT = "Please send the invoice of last month to ann.lee@firm.co.uk, and tell me when it was paid. ".ljust(200, "x")

IMPORTS = {
    "python alone": "pass",
    "import winnow": "import winnow",
    "with the log": "import winnow; winnow.log_interaction",
}


def seconds(work: object) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


def print_starts() -> None:
    """Print how long a process takes that imports Winnow."""
    for name, script in IMPORTS.items():
        start = partial(subprocess.run, [sys.executable, "-c", script], check=True)
        times = [seconds(start) for _ in range(STARTS)]
        print(f"{name:28} {1000 * median(times):8.0f} ms")


def write(log: Path) -> None:
    """Log one interaction."""
    assert winnow.log_interaction(log, agent_role="assistant", task=TEXT, output="done")


def append_and_sync(path: Path, line: bytes) -> None:
    """What every durable log does at least."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, line)
    os.fsync(descriptor)
    os.close(descriptor)


def print_lines(folder: Path, count: int) -> None:
    """Print how long a line takes in one thread."""
    log = folder / "one.jsonl"
    print(f"{'first line':28} {1000 * seconds(lambda: write(log)):8.1f} ms")
    own = sorted(seconds(lambda: write(log)) for _ in range(count))
    line = log.read_bytes().splitlines(keepends=True)[-1]
    least = sorted(seconds(lambda: append_and_sync(folder / "least", line)) for _ in range(count))
    for name, times in (("further lines", own), ("append and fsync", least)):
        print(
            f"{name:28} {1000 * median(times):8.2f} ms at the median, {1000 * times[len(times) * 99 // 100]:.2f} at p99"
        )


def print_together(folder: Path, count: int) -> None:
    """Print how many lines a second several threads, or processes, write to one log."""
    for threads in (1, 4, 16):
        with ThreadPoolExecutor(threads) as pool:
            took = seconds(partial(list, pool.map(write, [folder / f"{threads}.jsonl"] * count)))
        print(f"{f'{threads} threads':28} {count / took:8.0f} lines a second")
    script = "import sys; from pathlib import Path; from benchmarks.interaction_log_speed import write\n"
    script += "log = Path(sys.argv[1]); write(log); print('ready', flush=True); input()\n"
    script += "for _ in range(int(sys.argv[2])): write(log)"
    for processes in (2, 8):
        command = [sys.executable, "-c", script, folder / f"p{processes}.jsonl", str(count // processes)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        took = seconds(lambda: [process.communicate("\n") for process in running])  # noqa: B023
        print(f"{f'{processes} processes':28} {count // processes * processes / took:8.0f} lines a second")


def main(count: int = LINES) -> None:
    """Print all figures."""
    print_starts()
    with tempfile.TemporaryDirectory() as folder:
        print_lines(Path(folder), count)
        print_together(Path(folder), count)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
