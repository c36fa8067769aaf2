"""Vectors of texts that are compared with each other: a cosine counts only where the embedder sees what differs.

This is the one place of the rule. An embedder gives 打开灯 and 关闭灯 (on and off) one vector when its vocabulary has
neither, and so it does with bán and bàn when it drops accents. Such texts are compared as text: they are near if what
the embedder does not see is equal after folding, and unrelated otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.core.hashing import stable_hash
from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.engine.vectors import Vectors


class ComparedFor(StrEnum):
    """What texts are compared for."""

    REPEATS = "repeats"
    """Whether one repeats another: every part counts that the embedder does not see."""
    TOPIC = "topic"
    """Whether they are about the same: only a text counts as unlike all others of which it sees next to nothing."""


def compared_vectors(
    texts: Sequence[str],
    embedder: Embedder,
    cache: Path | None,
    comparison: ComparedFor,
    *,
    progress: Progress | None = None,
) -> Vectors:
    """Unit vectors of texts, to be compared with other vectors of the same comparison."""
    return as_compared(texts, embed_with_cache(texts, embedder, cache, progress=progress), embedder, comparison)


def as_compared(texts: Sequence[str], vectors: Vectors, embedder: Embedder, comparison: ComparedFor) -> Vectors:
    """The vectors of texts as they are compared; the given ones are changed."""
    for row, sight in enumerate(embedder.sights(texts)):
        if sight.unreadable:
            vectors[row] = _signs(sight.unseen, vectors.shape[1]) / np.float32(vectors.shape[1] ** 0.5)
        elif sight.unseen and comparison == ComparedFor.REPEATS:
            vectors[row] *= _signs(sight.unseen, vectors.shape[1])
    return vectors


def _signs(unseen: str, dimensions: int) -> NDArray[np.float32]:
    """A sign for each dimension, equal for equal texts; those of other texts agree by chance: the cosine is near 0."""
    digits = "".join(stable_hash(unseen, str(part), length=64) for part in range(dimensions // 256 + 1))
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(digits), dtype=np.uint8))[:dimensions]
    return (1 - 2 * bits.astype(np.float32)).astype(np.float32)
