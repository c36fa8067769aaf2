"""The texts of the benchmarks: CLINC150 and BANKING77 if available, else the shipped example."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.vectors import Vectors

ROOT = Path(__file__).resolve().parent.parent

PUBLIC = Path(os.environ.get("WINNOW_TEST_DATA", ROOT.parent / "shared" / "data"))


def texts() -> tuple[str, list[str]]:
    """The name of the data and its distinct texts, in file order."""
    files = [PUBLIC / "clinc150" / "clinc150.jsonl", PUBLIC / "banking77" / "banking77.jsonl"]
    if all(path.exists() for path in files):
        return "CLINC150 + BANKING77", _distinct(files, "text")
    example = ROOT / "examples" / "helpdesk"
    return "the shipped example", _distinct([example / "labeled.jsonl", example / "traffic.jsonl"], "query")


def _distinct(files: list[Path], key: str) -> list[str]:
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return list(dict.fromkeys(json.loads(line)[key] for line in lines))


def vectors(count: int) -> tuple[str, Vectors]:
    """Real vectors; if there are too few, also mixtures (`with_mixtures`)."""
    name, own = texts()
    real = open_embedder().encode(own[:count])
    if len(real) >= count:
        return name, real
    return f"{name}, {count - len(real):,} of them mixtures", with_mixtures(real, count)


def with_mixtures(real: Vectors, count: int) -> Vectors:
    """So many vectors: real ones, then mixtures of a real one and one of its 20 nearest among 500.

    A mixture w a + (1 - w) b, with w from 0.55 to 1, lies between two texts on one topic, like a paraphrase.
    """
    generator = np.random.default_rng(0)
    mixtures = []
    for start in range(0, count - len(real), 500):
        rows = generator.integers(0, len(real), min(500, count - len(real) - start))
        others = generator.integers(0, len(real), 500)
        near = np.argsort(-(real[rows] @ real[others].T), axis=1)[:, :20]
        partner = others[near[np.arange(len(rows)), generator.integers(0, 20, len(rows))]]
        weight = generator.uniform(0.55, 1.0, (len(rows), 1)).astype(np.float32)
        mixtures.append(weight * real[rows] + (1 - weight) * real[partner])
    together = np.vstack([real, *mixtures])
    found: Vectors = together / np.linalg.norm(together, axis=1, keepdims=True)
    return found
