"""The rank of each row within its group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rank_in_group(group: NDArray[np.int64], value: NDArray[Any]) -> NDArray[np.int64]:
    """How many rows of the same group come before each of n rows by `value`, the lowest first, then by position.

    `group` numbers the group of every row from 0.
    """
    order = np.lexsort((value, group))
    size = np.bincount(group)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - (np.cumsum(size) - size)[group[order]]
    return rank
