"""The gain of one system over another on the rows that both predicted: accuracy and speed."""

from __future__ import annotations

from collections import Counter

from winnow.core.record import Record
from winnow.core.result import Difference, NotMeasured
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.paired import latency_ratio
from winnow.training.evaluation.stored_results import PredictedRow
from winnow.training.runs import Run
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.significance import mcnemar


class AccuracyGain(Record):
    """Two systems compared on the rows that both predicted."""

    rows: int
    """Number of rows."""
    only_candidate_right: int
    """Rows that only the new system predicts correctly."""
    only_baseline_right: int
    """Rows that only the old system predicts correctly."""
    accuracy: Difference
    """Accuracy of the new system minus that of the old one, with its 95 % interval."""
    p_value: float
    """p-value of McNemar's exact test."""


def measure_gain(old: dict[str, PredictedRow], new: dict[str, PredictedRow]) -> AccuracyGain | NotMeasured:
    """Compare on the records that both predicted, with the same gold label in both. Pure."""
    common = [record for record in sorted(old.keys() & new.keys()) if old[record].gold == new[record].gold]
    if not common:
        return NotMeasured("the two were evaluated on no common rows")
    pairs = Counter((old[r].gold == old[r].predicted, new[r].gold == new[r].predicted) for r in common)
    gained, lost = pairs[False, True], pairs[True, False]
    return AccuracyGain(
        rows=len(common),
        only_candidate_right=gained,
        only_baseline_right=lost,
        accuracy=paired_difference(gained, lost, len(common)),
        p_value=mcnemar(gained, lost),
    )


def measure_speedup(old: Run, new: Run) -> float | NotMeasured:
    """Seconds per query of the old run divided by those of the new one, measured on the same machine."""
    return latency_ratio(stored_latency(new), stored_latency(old))
