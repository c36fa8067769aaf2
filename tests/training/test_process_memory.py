"""The peak memory of a process is its own."""

from __future__ import annotations

import subprocess
import sys

from winnow.training.process_memory import peak_memory_bytes

PRINT = "from winnow.training.process_memory import peak_memory_bytes; print(peak_memory_bytes())"


def test_a_process_does_not_count_the_memory_of_the_one_that_started_it() -> None:
    held = bytearray(b"x" * (300 * 2**20))
    assert peak_memory_bytes() > len(held)
    told = subprocess.run([sys.executable, "-c", PRINT], capture_output=True, text=True, check=True).stdout
    assert 0 < int(told) < len(held)
