"""Train rows that an out-of-fold linear probe gets wrong, by label."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.annotations.out_of_fold import FOLDS, assign_folds, out_of_fold_probabilities
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vector_cache import embed_with_cache

if TYPE_CHECKING:
    import pandas as pd


def misclassified_rows(train: pd.DataFrame, embedder: Embedder, vectors_cache: Path) -> dict[str, list[dict[str, str]]]:
    """Label to its misclassified rows, each `text` and `predicted`, in order; empty if train is too small."""
    labels, groups = [str(v) for v in train["label"]], [str(v) for v in train["group"]]
    if len(set(labels)) < 2 or len(set(groups)) < FOLDS:
        return {}
    texts = [str(v) for v in train["text"]]
    values, classes = out_of_fold_probabilities(
        embed_with_cache(texts, embedder, vectors_cache), labels, [assign_folds(labels, groups, 0)]
    )
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for text, label, best in zip(texts, labels, values.argmax(axis=1), strict=True):
        if classes[best] != label:
            found[label].append({"text": text, "predicted": classes[best]})
    return dict(found)
