"""Near pairs with cells and without them, on the same vectors: processor time, and whether the pairs are the same.

Run by `python -m benchmarks.near_pair_cells [ROWS ...]`, not by `make bench`, which compares with other tools. Distinct
texts of five public sets in random order, then mixtures of them. From MOST_WITHOUT rows on, only cells are measured.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.public_vectors import SETS, vector_set
from benchmarks.texts import with_mixtures
from winnow.curation.engine import exact_search
from winnow.curation.engine.exact_search import NearPairs, near_pairs
from winnow.curation.engine.vectors import Vectors

ROWS = (20_000, 70_000)

THRESHOLDS = (0.9, 0.97)

MOST_WITHOUT = 100_000


def public_rows(count: int) -> Vectors:
    """So many vectors of unit length."""
    real = np.unique(np.concatenate([vector_set(name).vectors for name in SETS]), axis=0)
    real = real[np.random.default_rng(0).permutation(len(real))]
    return np.ascontiguousarray(real[:count] if count <= len(real) else with_mixtures(real, count), dtype=np.float32)


def timed(search: Callable[[], NearPairs]) -> tuple[float, NearPairs]:
    """Seconds of processor time, and the result."""
    start = time.process_time()
    found = search()
    return time.process_time() - start, found


def without_cells(vectors: Vectors, threshold: float) -> NearPairs:
    """The search in which every block is compared with every other one."""
    usual, exact_search.MIN_ROWS = exact_search.MIN_ROWS, len(vectors) + 1
    try:
        return near_pairs(vectors, threshold)
    finally:
        exact_search.MIN_ROWS = usual


def main(sizes: tuple[int, ...]) -> None:
    """Print a table."""
    print(
        "| rows | cosine | pairs | without cells | with cells | the same to the last bit |\n|---|---|---|---|---|---|"
    )
    for size in sizes:
        vectors = public_rows(size)
        for threshold in THRESHOLDS:
            seconds, found = timed(lambda vectors=vectors, threshold=threshold: near_pairs(vectors, threshold))
            before, same = "", ""
            if size <= MOST_WITHOUT:
                slow, other = timed(lambda vectors=vectors, threshold=threshold: without_cells(vectors, threshold))
                names = ("left", "right", "similarity")
                equal = all(getattr(found, name).tobytes() == getattr(other, name).tobytes() for name in names)
                before, same = f"{slow:.2f} s", str(equal)
            print(f"| {size:,} | {threshold} | {len(found):,} | {before} | {seconds:.2f} s | {same} |", flush=True)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or ROWS)
