"""A repeated `winnow check` without changes compared with the first one, start-up included."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.texts import PUBLIC, ROOT
from winnow.curation.engine.embedders.embedder import open_embedder

ROUNDS = 3

WINNOW = str(Path(sys.executable).parent / "winnow")


def check_seconds(folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run([WINNOW, "check"], cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - start


def main() -> None:
    open_embedder().encode(["converted by now"])
    files = [PUBLIC / "clinc150" / "clinc150.jsonl", PUBLIC / "banking77" / "banking77.jsonl"]
    files = [path for path in files if path.exists()] or [ROOT / "examples" / "helpdesk" / "labeled.jsonl"]
    print(f"the model is already converted; median of {ROUNDS} rounds\n")
    print("| data | first, s | second, s | share |\n|---|---|---|---|")
    for path in files:
        first, second = [], []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as parent:
                folder = Path(parent) / "ws"
                subprocess.run([WINNOW, "init", folder, "--from", path], capture_output=True, check=True)
                subprocess.run([WINNOW, "add", path], cwd=folder, capture_output=True, check=True)
                first.append(check_seconds(folder))
                second.append(statistics.median(check_seconds(folder) for _ in range(3)))
        share = statistics.median(s / f for f, s in zip(first, second, strict=True))
        print(
            f"| {path.stem} | {statistics.median(first):.2f} | {statistics.median(second):.2f} | {share:.1%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
