"""An embedder without a model: the vector of a text counts its words, so that a test plants every cosine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vectors import Vectors

WORDS = "a b c d e f g h 0 1 2 3 4 5 6 7 8 9".split()
"""All words that a text may contain; each is one dimension."""


class PlantedEmbedder(Embedder):
    """Counts the words of WORDS in a text, scaled to unit length."""

    def __init__(self) -> None:
        super().__init__(None, "planted", "planted", "planted", "float32")
        object.__setattr__(self, "embedded", [])

    embedded: list[str]
    """Every text that was embedded, in order."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        self.embedded.extend(texts)
        counts = np.zeros((len(texts), len(WORDS)), dtype=np.float32)
        for row, text in enumerate(texts):
            for word, count in Counter(text.split()).items():
                counts[row, WORDS.index(word)] = count
        lengths: Vectors = np.linalg.norm(counts, axis=1, keepdims=True)
        return counts / lengths
