"""The effective number of classes: how many equally frequent ones are as diverse."""

from __future__ import annotations

import math
from collections.abc import Sequence


def effective_number(counts: Sequence[int]) -> float:
    """The exponential of the Shannon entropy of the shares, from 1 to the number of classes with rows.

    Hill's number of order 1 (Hill 1973, "Diversity and evenness: a unifying notation and its consequences"). `counts`
    has at least one positive number.
    """
    total = sum(counts)
    return math.exp(-sum(count / total * math.log(count / total) for count in counts if count))
