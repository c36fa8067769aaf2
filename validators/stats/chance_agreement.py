"""Agreement beyond chance: whether answers depend on what they are about."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.result import Measured

SLIGHT_AGREEMENT = 0.20
"""Cohen's kappa up to which agreement is slight (Landis and Koch 1977)."""


def chance_agreement(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Share of rows on which two columns of labels with these counts agree if neither depends on the other."""
    rows = sum(one.values()) * sum(other.values())
    return sum(count * other.get(label, 0) for label, count in one.items()) / rows if rows else 0.0


def is_beyond_chance(agreement: Measured, chance: float) -> bool | None:
    """Whether agreement is above chance; None where its interval allows both chance and more than a slight agreement.

    Kappa is (agreement - chance) / (1 - chance). False: its interval has 0 and stays below SLIGHT_AGREEMENT.
    """
    if agreement.low > chance:
        return True
    return None if agreement.high >= chance + SLIGHT_AGREEMENT * (1 - chance) else False
