"""Variations by rule: what a person could have typed instead, made of a record of train without a model or a key.

Each kind of change is a function from a query to all its changes. `vary` draws among them, holds them against what
must stay (numbers, slot values, negation, direction, file targets) and against the other labels, and spreads them.
"""

from generators.variations.kinds import DEFAULT_KINDS, KINDS, kinds_for
from generators.variations.labels import LabelFacts
from generators.variations.proposals import Dropped, Seed, Variation, VariationResult
from generators.variations.rules import Checks, Rules
from generators.variations.vary import vary

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
