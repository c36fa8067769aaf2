"""Variations by rule: what a person could have typed instead, made from a train record without a model or a key."""

from __future__ import annotations

__all__ = [
    "DEFAULT_KINDS",
    "KINDS",
    "Checks",
    "Dropped",
    "LabelFacts",
    "Rules",
    "Seed",
    "Variation",
    "VariationResult",
    "kinds_for",
    "vary",
]
