"""Normal scores: what a value would be if the values that it is compared with were standard normal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def normal_scores(values: NDArray[np.floating[Any]], reference: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The standard normal quantile of the rank of each value among the reference values, ties in the middle.

    Scores of Blom's kind (Conover 1999, "Practical Nonparametric Statistics", 5.10); no value is infinite.
    """
    from scipy.special import ndtri

    ordered = np.sort(reference)
    below, up_to = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    scores: NDArray[np.float64] = ndtri(((below + up_to) / 2 + 0.5) / (len(ordered) + 1))
    return scores


def normal_quantile(share: float) -> float:
    """The value that the share `share` of a standard normal distribution does not exceed."""
    from scipy.special import ndtri

    return float(ndtri(share))
