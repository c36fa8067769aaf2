"""What judging labels adds to a check, in seconds.

Run by `python -m benchmarks.check_label_errors FOLDER`, the folder of a workspace; not by `make bench`. Its caches are
removed and made again: first everything is new, then everything but the vectors, then nothing.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any

import winnow
from winnow.core.result import NotMeasured


def seconds(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Processor time, wall time and the result."""
    processor, wall = time.process_time(), time.perf_counter()
    result = work()
    return time.process_time() - processor, time.perf_counter() - wall, result


def main(folder: str) -> None:
    workspace = winnow.open(folder)
    measured = (workspace.folder.near_pairs, workspace.folder.label_judgments)
    removed = {"all new": (workspace.folder.vectors, *measured), "vectors there": measured, "all there": ()}
    print("| measurements | check: processor, wall | label errors: processor, wall | suspected of judged |")
    print("|---|---|---|---|")
    for name, caches in removed.items():
        for cache in caches:
            shutil.rmtree(cache, ignore_errors=True)
        checked = seconds(workspace.check)
        judged = seconds(lambda check=checked[2]: check.label_errors)
        found = judged[2]
        counts = "–" if isinstance(found, NotMeasured) else f"{len(found.suspected):,} of {found.scored:,}"
        times = [f"{one[0]:.2f} s, {one[1]:.2f} s" for one in (checked, judged)]
        print(f"| {name} | {' | '.join(times)} | {counts} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
