"""Memory and processor time to read a file of queries, as a multiple of its size.

Run by `python -m benchmarks.reading_memory`, not by `make bench`: it has no alternative to compare with. Every file is
read in a process of its own, whose peak is compared with what it had before.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path

import pandas as pd

from winnow.curation.io.readers.raw_rows import read_rows

ROWS = 300_000
WORDS = "please how do I pay my bill where is the parcel that you sent last week because it never arrived".split()


def measure(path: Path) -> tuple[float, float]:
    """Megabytes above those at the start, and seconds of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    read_rows(path)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, time.process_time() - start


def write_files(root: Path) -> None:
    """The same queries in every format."""
    chance = random.Random(0)
    texts = [" ".join(chance.choices(WORDS, k=12)) for _ in range(ROWS)]
    frame = pd.DataFrame({"text": texts, "label": chance.choices(["pay", "find", "other"], k=ROWS)})
    frame.to_csv(root / "a.csv", index=False)
    frame.to_json(root / "a.jsonl", orient="records", lines=True)
    frame.to_json(root / "a.json", orient="records")
    frame.to_parquet(root / "a.parquet")


def main() -> None:
    """Print a table with one row per format.

    The files are written in a process of their own: on Linux, a process that a large one starts has its peak.
    """
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        with context.Pool(1) as pool:
            pool.apply(write_files, (Path(folder),))
        print(f"{ROWS:,} rows\n\n| format | MB | peak MB | peak by size | seconds |\n|---|---|---|---|---|")
        for path in sorted(Path(folder).iterdir()):
            with context.Pool(1) as pool:
                peak, seconds = pool.apply(measure, (path,))
            size = path.stat().st_size / 1e6
            print(f"| {path.suffix[1:]} | {size:.1f} | {peak:.0f} | {peak / size:.1f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
