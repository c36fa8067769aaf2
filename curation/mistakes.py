"""What the probe gets wrong of train, each row judged by a probe that did not see its family."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from curation.embed import Embedder
from curation.suspects import FOLDS, fold_of, out_of_fold
from curation.vectors import vectors_for

if TYPE_CHECKING:
    import pandas as pd


def mistakes(train: pd.DataFrame, embedder: Embedder, vectors_cache: Path) -> dict[str, list[dict[str, str]]]:
    """Label to its misread rows, each `text` and `predicted`, in the table's order.

    Empty where train is too small to be judged.
    """
    labels, families = [str(v) for v in train["label"]], [str(v) for v in train["family"]]
    if len(set(labels)) < 2 or len(set(families)) < FOLDS:
        return {}
    texts = [str(v) for v in train["text"]]
    values, classes = out_of_fold(vectors_for(texts, embedder, vectors_cache), labels, [fold_of(labels, families, 0)])
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for text, label, best in zip(texts, labels, values.argmax(axis=1), strict=True):
        if classes[best] != label:
            found[label].append({"text": text, "predicted": classes[best]})
    return dict(found)
