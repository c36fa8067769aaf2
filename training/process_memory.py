"""The peak memory of this process."""

from __future__ import annotations

import resource
import sys


def peak_memory_bytes() -> int:
    """Peak resident memory since the process started."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # getrusage reports bytes on macOS, KiB on Linux
