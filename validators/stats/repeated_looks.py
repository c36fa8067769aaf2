"""How often a growing sample may be tested, and how large it has to become."""

from __future__ import annotations

import math

from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

POWER = 0.8
"""Probability with which a difference as large as the observed one is found."""


def level_of_look(look: int) -> float:
    """The level at which look 1, 2, 3, … at a growing sample is tested: 0.05 / (look * (look + 1)).

    The levels of all looks add up to 0.05, so that the probability of a false alarm at any of them is at most that,
    however the looks depend on each other and however many there are (Bonferroni's inequality). Levels that halve with
    each look add up to the same, and leave too little for later looks (docs/decisions/0051-general-and-looks.md).
    """
    return SIGNIFICANCE_LEVEL / (look * (look + 1))


def units_needed(distance: float, variance: float, *, level: float) -> int | None:
    """Units at which a two-sided z-test at `level` finds a difference of `distance` with a probability of POWER.

    `variance` is that of one unit's contribution to the difference: of the change of a unit that has both values, or
    the sum of the variances of two independent groups, where the result is the number of units of each group. None
    where the distance is zero.
    """
    from scipy.stats import norm

    if distance == 0:
        return None
    quantiles = float(norm.isf(level / 2) + norm.ppf(POWER))
    return max(2, math.ceil(quantiles**2 * variance / distance**2))
