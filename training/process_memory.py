"""The peak memory of this process."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
"""Where Linux states the figures of a process."""

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_memory_bytes() -> int:
    """Peak resident memory since the process started.

    On Linux not that of `getrusage`, which a process inherits from the one that started it.
    """
    if STATUS.is_file() and (found := _PEAK.search(STATUS.read_text(encoding="utf-8"))):
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # getrusage reports bytes on macOS, KiB elsewhere
