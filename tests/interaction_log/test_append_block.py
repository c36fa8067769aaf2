"""Whole lines on disk, or the file as it was."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from winnow.interaction_log.append_block import append_block
from winnow.interaction_log.exclusive_file import locked_by_neighbor, opened_alone

LIMITED = """
import resource, signal, sys
from pathlib import Path
from winnow.interaction_log.append_block import append_block
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # a disk with room for 1,000 bytes
try:
    append_block(Path(sys.argv[1]), b"y" * 2000 + b"\\n")
except OSError as error:
    print(type(error).__name__)
append_block(Path(sys.argv[1]), b"short\\n")
"""


def test_lines_are_appended_and_only_the_user_may_read_them(tmp_path: Path) -> None:
    log = tmp_path / "new" / "log.jsonl"
    append_block(log, b"1\n")
    append_block(log, b"2\n3\n")
    assert log.read_bytes() == b"1\n2\n3\n"
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("before", "after"), [(b'{"a": 1', b'{"a": 1\nx\n'), (b"1\n", b"1\nx\n"), (b"", b"x\n")])
def test_a_line_that_a_kill_left_incomplete_does_not_spoil_the_next(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(before)
    append_block(log, b"x\n")
    assert log.read_bytes() == after


def test_what_a_full_disk_took_of_a_line_is_removed(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_block(log, b"x\n")
    done = subprocess.run([sys.executable, "-c", LIMITED, log], capture_output=True, text=True, check=True)
    assert done.stdout == "OSError\n"
    assert log.read_bytes() == b"x\nshort\n"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000


def test_a_line_is_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    """The system calls of one append, in order: the lock, one write of the whole line, and the wait for the disk."""
    strace = pytest.importorskip("shutil").which("strace")
    if strace is None:
        pytest.skip("no strace on this machine")
    script = "import sys; from pathlib import Path; from winnow.interaction_log.append_block import append_block\n"
    script += "append_block(Path(sys.argv[1]), b'line of the log\\n'); print('acknowledged', flush=True)"
    trace = tmp_path / "trace"
    calls = [strace, "-f", "-e", "trace=write,fsync,flock", "-o", trace, sys.executable, "-c", script]
    subprocess.run([*calls, tmp_path / "log.jsonl"], check=True, capture_output=True)
    kinds = [
        kind
        for line in trace.read_text().splitlines()
        for kind in ("LOCK_EX", "line of the log\\n", "fsync(", "LOCK_UN", "acknowledged")
        if kind in line
    ]
    assert kinds == ["LOCK_EX", "line of the log\\n", "fsync(", "fsync(", "LOCK_UN", "acknowledged"]


@pytest.mark.parametrize("alone", [opened_alone, locked_by_neighbor])
def test_nobody_else_has_the_file_meanwhile(tmp_path: Path, alone: object) -> None:
    log, inside, most = tmp_path / "log.jsonl", [0], [0]

    def append() -> None:
        for _ in range(20):
            with alone(log) as descriptor:  # type: ignore[operator]
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                os.write(descriptor, b"x")
                os.write(descriptor, b"\n")
                inside[0] -= 1

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert log.read_bytes() == b"x\n" * 80


def test_a_file_that_was_removed_while_a_writer_waited_is_made_again(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with opened_alone(log):
        waiting = threading.Thread(target=append_block, args=(log, b"x\n"))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        log.unlink()
    waiting.join()
    assert log.read_bytes() == b"x\n"
