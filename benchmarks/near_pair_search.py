"""Near pairs at cosine 0.9 compared with semhash and the full product, on the same vectors."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.texts import vectors

SIZES = (20_000, 100_000)

METHODS = ("winnow", "full product", "semhash")

THRESHOLD = 0.9

ROUNDS = 3


def winnow_pairs(data: np.ndarray) -> set[int]:
    from winnow.curation.engine.exact_search import near_pairs

    found = near_pairs(data, THRESHOLD)
    return set((found.left * len(data) + found.right).tolist())


def full_product_pairs(data: np.ndarray) -> set[int]:
    """The naive exact method: every block of the upper triangle."""
    found: set[int] = set()
    for top in range(0, len(data), 1024):
        for start in range(top, len(data), 8192):
            left, right = np.nonzero(data[top : top + 1024] @ data[start : start + 8192].T >= THRESHOLD)
            left, right = left + top, right + start
            kept = left < right
            found.update((left[kept] * len(data) + right[kept]).tolist())
    return found


def semhash_pairs(data: np.ndarray) -> set[int]:
    """What semhash's self_deduplicate searches: an index, and the neighbors of every vector above the threshold."""
    from semhash import SemHash

    fitted = SemHash.from_embeddings(data, [str(i) for i in range(len(data))], model=None)
    neighbors = fitted.index.query_threshold(fitted.index.vectors, threshold=THRESHOLD)
    return {
        min(i, int(j)) * len(data) + max(i, int(j))
        for i, (indices, _) in enumerate(neighbors)
        for j in indices
        if i != int(j)
    }


def measured(method: str, path: str) -> dict[str, float]:
    """Seconds, peak memory on top of the loaded vectors, and the pairs of one method in this process."""
    import semhash  # noqa: F401  (the import is not measured)

    data = np.load(path)
    find = {"winnow": winnow_pairs, "full product": full_product_pairs, "semhash": semhash_pairs}[method]
    find(data[:500])
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak is measured from here
    before = memory_megabytes("VmRSS")
    start = time.perf_counter()
    pairs = find(data)
    seconds = time.perf_counter() - start
    extra = memory_megabytes("VmHWM") - before
    np.save(f"{path}.{method}.npy", np.array(sorted(pairs), dtype=np.int64))
    return {"seconds": seconds, "megabytes": extra}


def memory_megabytes(field: str) -> float:
    """A field of this process's status: VmRSS is the current memory, VmHWM its peak."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            name, data = vectors(size)
            path = str(Path(folder) / f"{size}.npy")
            np.save(path, data)
            runs: dict[str, list[dict[str, float]]] = {method: [] for method in METHODS}
            for _ in range(ROUNDS):
                for method in METHODS:
                    call = [sys.executable, "-m", "benchmarks.near_pair_search", method, path]
                    runs[method].append(json.loads(subprocess.run(call, capture_output=True, check=True).stdout))
            exact = set(np.load(f"{path}.full product.npy").tolist())
            print(f"\n{size:,} x {data.shape[1]} vectors ({name}), {len(exact):,} pairs; median of {ROUNDS} rounds\n")
            print(
                "| | seconds | ratio to semhash | extra peak memory | recall | false pairs |\n|---|---|---|---|---|---|"
            )
            seconds = {method: statistics.median(run["seconds"] for run in runs[method]) for method in METHODS}
            for method in METHODS:
                found = set(np.load(f"{path}.{method}.npy").tolist())
                megabytes = statistics.median(run["megabytes"] for run in runs[method])
                recall = len(found & exact) / len(exact) if exact else 1.0
                ratio = seconds["semhash"] / seconds[method]
                row = f"| {method} | {seconds[method]:.2f} | {ratio:.1f} | {megabytes:,.0f} MB "
                print(f"{row}| {recall:.6f} | {len(found - exact)} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measured(sys.argv[1], sys.argv[2])))
    else:
        main()
