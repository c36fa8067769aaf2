"""Embedding throughput compared with sentence-transformers' default `encode`, on the same texts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from sentence_transformers import SentenceTransformer

from benchmarks.texts import texts
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.embedders.model_files import bundled_model_folder

COUNT = 4000

ROUNDS = 3


def main() -> None:
    name, every = texts()
    sample = every[:: max(1, len(every) // COUNT)][:COUNT]
    theirs = SentenceTransformer(str(bundled_model_folder()), device="cpu")
    candidates: dict[str, Callable[[], np.ndarray]] = {
        "sentence-transformers, as it comes": lambda: theirs.encode(sample, show_progress_bar=False),
        "winnow, torch fallback": lambda: open_embedder(backend="torch").encode(sample),
        "winnow, default": lambda: open_embedder().encode(sample),
    }
    for embed in candidates.values():
        embed()  # converts the model and warms up
    reference = candidates["sentence-transformers, as it comes"]()
    seconds: dict[str, list[float]] = {label: [] for label in candidates}
    for _ in range(ROUNDS):
        for label, embed in candidates.items():
            start = time.perf_counter()
            vectors = embed()
            seconds[label].append(time.perf_counter() - start)
            if label == "winnow, default":
                cosine = (vectors * reference).sum(axis=1)
    slowest = statistics.median(seconds["sentence-transformers, as it comes"])
    print(f"{len(sample):,} texts of {name}; median of {ROUNDS} rounds; backend {open_embedder().identity}\n")
    print("| | texts/s | ratio |\n|---|---|---|")
    for label, runs in seconds.items():
        middle = statistics.median(runs)
        print(f"| {label} | {len(sample) / middle:,.0f} | {slowest / middle:.2f} |")
    print(
        f"\ncosine of the default's vectors to sentence-transformers': mean {cosine.mean():.5f}, min {cosine.min():.5f}"
    )


if __name__ == "__main__":
    main()
