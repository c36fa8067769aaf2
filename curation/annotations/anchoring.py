"""Whether annotators follow the label that a model suggests: shown suggestions compared with hidden ones."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from winnow.core.result import Measure
from winnow.validators.stats.differences import newcombe_difference
from winnow.validators.stats.intervals import proportion


@dataclass(frozen=True)
class Anchoring:
    """Whether a suggestion influences annotators: it does if the difference is positive and its interval excludes 0.

    The comparison is fair only if the blind records are drawn at random from those that would have a suggestion.
    """

    shown: Measure
    """Share of the responses to records with a suggestion that equal it."""
    blind: Measure
    """Share of the responses to records without one that equal what the model would have suggested."""
    difference: Measure
    """Shown minus blind."""


def measure_anchoring(responses: pd.DataFrame) -> Anchoring:
    """Anchoring over all rows of a table (see `measure_agreement`)."""
    label = responses["label"].astype(str)
    suggestion, model = (_text_column(responses, column) for column in ("suggestion", "model_label"))
    with_suggestion, blind = suggestion != "", (suggestion == "") & (model != "")
    pairs = ((label == suggestion)[with_suggestion], (label == model)[blind])
    (right, n), (free, m) = ((int(equal.sum()), len(equal)) for equal in pairs)
    shown = proportion(right, n, "no response to a record with a suggestion")
    blind_share = proportion(free, m, "no blind response to a record with a hidden suggestion")
    return Anchoring(shown, blind_share, newcombe_difference(shown, blind_share))


def _text_column(table: pd.DataFrame, column: str) -> pd.Series:
    """A column that may be missing, as text, empty where there is nothing."""
    if column not in table.columns:
        return pd.Series("", index=table.index, dtype=str)
    return table[column].astype(object).where(table[column].notna(), "").astype(str)
