"""Two models on the same answers, where the answers of one record depend on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.result import Difference
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.significance import mcnemar


@dataclass(frozen=True)
class PairedCluster:
    """The answers of one record, by two models."""

    answers: int
    """Number of answers."""
    gained: int
    """Answers that only the second model gets right."""
    lost: int
    """Answers that only the first model gets right."""

    @property
    def change(self) -> int:
        """Answers that the second model gets right, minus those of the first."""
        return self.gained - self.lost


@dataclass(frozen=True)
class ClusteredComparison:
    """How the second model differs from the first."""

    difference: Difference
    """Share of right answers, second minus first, with its 95 % interval."""
    better: int
    """Records of which the second model gets more answers right."""
    worse: int
    """Records of which it gets fewer right."""
    p_value: float
    """p-value of the exact sign test on these records; McNemar's exact test where each record has one answer."""


def compare_clusters(clusters: Sequence[PairedCluster]) -> ClusteredComparison:
    """Compare two models on at least one record with an answer.

    The test counts records, so that any dependence within a record is allowed. The interval is Tango's score interval
    for the effective number of answers: their number divided by the design effect. With one answer a record, both are
    exactly those of independent rows.
    """
    better = sum(one.change > 0 for one in clusters)
    worse = sum(one.change < 0 for one in clusters)
    answers, gained, lost = (sum(getattr(one, name) for one in clusters) for name in ("answers", "gained", "lost"))
    effect = difference_design_effect(clusters)
    interval = paired_difference(gained / effect, lost / effect, answers / effect)
    return ClusteredComparison(interval, better, worse, mcnemar(better, worse))


def difference_design_effect(clusters: Sequence[PairedCluster]) -> float:
    """How many times larger the variance of the difference is than with independent answers, at least 1.

    The ratio of the variance over records (linearized) to that over answers. Without any difference it is unknown: then
    the largest possible, the mean number of answers of an answer's record.
    """
    answers = sum(one.answers for one in clusters)
    mean = sum(one.change for one in clusters) / answers
    independent = sum(one.gained + one.lost for one in clusters) - answers * mean * mean
    if independent <= 0:
        return sum(one.answers**2 for one in clusters) / answers
    records = len(clusters)
    small_sample = records / (records - 1) if records > 1 else 1.0
    clustered = small_sample * sum((one.change - one.answers * mean) ** 2 for one in clusters)
    return max(1.0, clustered / independent) if any(one.answers > 1 for one in clusters) else 1.0
