"""Whether a cluster of extreme values is larger than the clusters that chance makes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm

USUAL_CLUSTERS = 3
"""Clusters of the usual excess that are added to those of chance: there may be few or none of them."""


def beyond_chance(
    excess: Sequence[float],
    chance: Sequence[float],
    *,
    usual: float,
    scale: float = 1.0,
    level: float = SIGNIFICANCE_LEVEL,
) -> list[bool]:
    """Which clusters exceed what chance makes; with probability `level` at most, one of them is of chance.

    The excess of a cluster is the sum of what its values exceed their limit by. That of clusters of chance is taken to
    be exponential with the mean of `chance`, times `scale` where more values were clustered than there. `usual` is the
    excess to expect of the smallest of these clusters. Corrected for the number of clusters by Holm's method.
    """
    mean = (sum(chance) + USUAL_CLUSTERS * usual) / (len(chance) + USUAL_CLUSTERS) * scale
    return [p <= level for p in holm([math.exp(-one / mean) for one in excess])]
