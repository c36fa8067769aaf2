"""An embedder without a model: a vector is given or counts the words of its text, so that a test plants each cosine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from winnow.core.progress import Progress
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vectors import Vectors

WORDS = "a b c d e f g h 0 1 2 3 4 5 6 7 8 9".split()
"""All words that a text may contain; each is one dimension."""


class PlantedEmbedder(Embedder):
    """Returns the `given` vectors, or else counts the words of WORDS in each text, scaled to unit length."""

    def __init__(self, given: Mapping[str, Sequence[float]] | None = None) -> None:
        super().__init__(None, "planted", "planted", "planted", "float32")
        object.__setattr__(self, "given", given)
        object.__setattr__(self, "embedded", [])

    given: Mapping[str, Sequence[float]] | None

    embedded: list[str]
    """Every text that was embedded, in order."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        self.embedded.extend(texts)
        if self.given:
            return np.array([self.given[text] for text in texts], dtype=np.float32)
        counts = np.zeros((len(texts), len(WORDS)), dtype=np.float32)
        for row, text in enumerate(texts):
            for word, count in Counter(text.split()).items():
                counts[row, WORDS.index(word)] = count
        lengths: Vectors = np.linalg.norm(counts, axis=1, keepdims=True)
        return counts / lengths
