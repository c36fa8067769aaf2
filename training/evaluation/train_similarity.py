"""Similarity of texts to the train rows of a release, and which texts train already contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from winnow.core.example import fold_key
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.exact_search import nearest
from winnow.curation.engine.vectors import Vectors
from winnow.curation.releases.release import Release
from winnow.training.run_facts import ImportedRunFacts
from winnow.training.runs import Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TrainSimilarity:
    """Measures how similar texts are to the train rows of a release, with the embedder recorded in the run."""

    run: Run
    release: Release
    vectors_cache: Path | None

    def nearest_cosine(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Cosine to the nearest train row; -1 when there are no train rows."""
        return nearest(self._vectors(texts), self._vectors(list(self._train["text"])))[1]

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return compared_vectors(list(texts), self._embedder, self.vectors_cache, ComparedFor.REPEATS)

    def repeats(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether train contains a text: equal after folding, or as similar as a leak."""
        leak = self.release.manifest.thresholds.leakage.cosine
        folds = {fold_key(text) for text in self._train["text"]}
        same: NDArray[np.bool_] = np.array([fold_key(text) in folds for text in texts], dtype=bool)
        near: NDArray[np.bool_] = self.nearest_cosine(texts) >= leak
        return np.logical_or(same, near)

    @cached_property
    def _train(self) -> pd.DataFrame:
        return self.release.rows("train")

    @cached_property
    def _embedder(self) -> Embedder:
        facts, language = self.run.facts, self.release.task().language
        if not isinstance(facts, ImportedRunFacts):  # imports have no embedder: use the release's
            return open_embedder(facts.embedder.model, backend=facts.embedder.backend, language=language)
        own = self.release.task().embedder
        return open_embedder(own.model, backend=own.backend, language=language)
