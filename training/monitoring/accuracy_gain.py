"""The gain of one system over another on the rows that both predicted: accuracy and speed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from winnow.core.record import Record
from winnow.core.result import Difference, NotMeasured
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.paired import latency_ratio
from winnow.training.evaluation.stored_results import PredictedRow
from winnow.training.runs import Run
from winnow.validators.stats.paired_clusters import PairedCluster, compare_clusters


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
    """p-value of McNemar's exact test; for answers in dialogues, of the exact sign test on dialogues."""


def measure_gain(
    old: dict[str, PredictedRow], new: dict[str, PredictedRow], *, record_of: Callable[[str], str] = str
) -> AccuracyGain | NotMeasured:
    """Compare on the rows that both predicted, with the same gold label in both. Pure.

    Rows are given by key. `record_of` says which record a key belongs to: several answers of one record depend on each
    other.
    """
    common = [record for record in sorted(old.keys() & new.keys()) if old[record].gold == new[record].gold]
    if not common:
        return NotMeasured("the two were evaluated on no common rows")
    by_record: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for key in common:
        outcome = (old[key].gold == old[key].predicted, new[key].gold == new[key].predicted)
        by_record[record_of(key)][outcome] += 1
    clusters = [PairedCluster(own.total(), own[False, True], own[True, False]) for own in by_record.values()]
    found = compare_clusters(clusters)
    return AccuracyGain(
        rows=len(common),
        only_candidate_right=sum(one.gained for one in clusters),
        only_baseline_right=sum(one.lost for one in clusters),
        accuracy=found.difference,
        p_value=found.p_value,
    )


def measure_speedup(old: Run, new: Run) -> float | NotMeasured:
    """Seconds per query of the old run divided by those of the new one, measured on the same machine."""
    return latency_ratio(stored_latency(new), stored_latency(old))
