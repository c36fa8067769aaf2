"""Area under the ROC curve with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.validators.stats.intervals import CONFIDENCE_Z


@dataclass(frozen=True)
class Auroc:
    """The area under the ROC curve."""

    value: float
    """Probability that a positive row scores above a negative one, 0 to 1; ties count half."""
    interval: tuple[float, float] | NotMeasured
    """Lower and upper end of the 95 % interval."""
    rows: int
    """Positive and negative rows together."""


def auroc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> Auroc | NotMeasured:
    """The area under the ROC curve of `score`; not measured when all rows are positive or all are negative.

    Variance by DeLong et al. (1988), on the logit scale (Pepe 2003, 5.2.5), which keeps the interval within 0 and 1.
    """
    above_scores, below_scores = score[positive], score[~positive]
    if not len(above_scores) or not len(below_scores):
        return NotMeasured("all rows are of one kind")
    above, below = _placements(above_scores, below_scores)
    area = float(above.mean())
    if len(above) < 2 or len(below) < 2 or not 0 < area < 1:
        return Auroc(area, NotMeasured("needs two rows of each kind, and overlapping scores"), len(score))
    spread = np.sqrt(above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below))
    center, half = np.log(area / (1 - area)), CONFIDENCE_Z * spread / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-(center + side)))) for side in (-half, half))
    return Auroc(area, (low, high), len(score))


def _placements(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each positive row the share of negative rows below it; for each negative row the share of positive above."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([positive, negative]))
    above = (ranks[: len(positive)] - rankdata(positive)) / len(negative)
    below = 1 - (ranks[len(positive) :] - rankdata(negative)) / len(positive)
    return above, below
