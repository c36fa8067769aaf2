"""The texts that benchmarks run on: CLINC150 and BANKING77 where they are at hand, else the shipped example."""

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
    """Name of the data and its distinct texts, in file order."""
    files = [PUBLIC / "clinc150" / "clinc150.jsonl", PUBLIC / "banking77" / "banking77.jsonl"]
    if all(path.exists() for path in files):
        return "CLINC150 + BANKING77", _distinct(files, "text")
    example = ROOT / "examples" / "helpdesk"
    return "the shipped example", _distinct([example / "labeled.jsonl", example / "traffic.jsonl"], "query")


def _distinct(files: list[Path], key: str) -> list[str]:
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return list(dict.fromkeys(json.loads(line)[key] for line in lines))


def vectors(count: int) -> tuple[str, Vectors]:
    """Real vectors, and where there are too few, mixtures of a real one and one of its 20 nearest of 500.

    A mixture w a + (1 - w) b, w in 0.55 to 1, lies between two texts of one topic, as a paraphrase does.
    """
    name, own = texts()
    real = open_embedder().encode(own[:count])
    if len(real) >= count:
        return name, real
    generator = np.random.default_rng(0)
    made = []
    for start in range(0, count - len(real), 500):
        rows = generator.integers(0, len(real), min(500, count - len(real) - start))
        others = generator.integers(0, len(real), 500)
        near = np.argsort(-(real[rows] @ real[others].T), axis=1)[:, :20]
        partner = others[near[np.arange(len(rows)), generator.integers(0, 20, len(rows))]]
        weight = generator.uniform(0.55, 1.0, (len(rows), 1)).astype(np.float32)
        made.append(weight * real[rows] + (1 - weight) * real[partner])
    every = np.vstack([real, *made])
    return f"{name}, {count - len(real):,} of them mixtures", every / np.linalg.norm(every, axis=1, keepdims=True)
