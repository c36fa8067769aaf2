"""The router of a written package, loaded from its own `route.py`."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.progress import Progress

ROUTE_FILE = "route.py"

BATCH_SIZE = 32
"""Texts of one call; shorter ones are filled up, as for a user."""


def packed_probabilities(
    folder: Path, texts: Sequence[str], *, batch_size: int = BATCH_SIZE, progress: Progress | None = None
) -> NDArray[np.float64]:
    """What the `route.py` of a package computes for texts, shape (texts, labels)."""
    compute = runpy.run_path(str(folder / ROUTE_FILE), run_name="packed_router")["probabilities"]
    parts = []
    for start in range(0, len(texts), batch_size):
        parts.append(compute(list(texts[start : start + batch_size])))
        if progress:
            progress(min(start + batch_size, len(texts)), len(texts))
    found: NDArray[np.float64] = np.concatenate(parts).astype(np.float64)
    return found
