"""Nearness to train: how much of what a model is asked train has already shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.embed import Embedder, open_embedder
from curation.near import nearest
from curation.records import fold_key
from curation.release import Release
from curation.vectors import vectors_for
from training.runs import Run

if TYPE_CHECKING:
    import pandas as pd

NEAR_TRAIN = 0.97
"""Where the manifest does not state the cosine from which a train row repeats a hold-out row."""


@dataclass(frozen=True)
class Nearness:
    """How near texts are to the train rows of a release, by the embedder that the run was compared with."""

    run: Run
    release: Release
    vectors_cache: Path | None

    def to_train(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Cosine to the nearest train row; -1 where there is none."""
        train = vectors_for(list(self._train["text"]), self._embedder, self.vectors_cache)
        return nearest(vectors_for(list(texts), self._embedder, self.vectors_cache), train)[1]

    def repeats(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Whether train holds a text: the same when folded, or as near as what counts as a leak."""
        leak = self.release.manifest.get("thresholds", {}).get("leakage", {}).get("cosine", NEAR_TRAIN)
        folds = {fold_key(text) for text in self._train["text"]}
        same: NDArray[np.bool_] = np.array([fold_key(text) in folds for text in texts], dtype=bool)
        near: NDArray[np.bool_] = self.to_train(texts) >= leak
        return np.logical_or(same, near)

    @cached_property
    def _train(self) -> pd.DataFrame:
        return self.release.rows("train")

    @cached_property
    def _embedder(self) -> Embedder:
        told = self.run.facts.get("embedder")  # an import has none: the release's own
        if told is not None:
            return open_embedder(told["model"], backend=told["backend"])
        own = self.release.task().embedder
        return open_embedder(own.model, backend=own.backend)
