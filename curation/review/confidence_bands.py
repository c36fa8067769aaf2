"""Bands of confidence: the labels that a model proposes with similar confidence make one lot.

A lot mixes what it holds: a good band would hide a bad one. The edges are the confidences at which a calibrated model
is wrong in 1, 5, 10, 20 and 50 % of the records: with the default settings of review it is accepted from 0.95 on.
"""

from __future__ import annotations

EDGES = (0.99, 0.95, 0.9, 0.8, 0.5, 0.0)
"""The lowest confidence of each band, the highest band first."""

WITHOUT_CONFIDENCE = "unknown"
"""The band of a model that states none."""


def band_of(confidence: float | None) -> str:
    """The band of a confidence, such as `0.95-0.99`: the lower edge belongs to it, the upper one only if it is 1."""
    if confidence is None:
        return WITHOUT_CONFIDENCE
    position = next(i for i, edge in enumerate(EDGES) if confidence >= edge)
    upper = EDGES[position - 1] if position else 1.0
    return f"{EDGES[position]:g}-{upper:g}"
