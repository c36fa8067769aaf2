"""The measured accuracy of labels from files (the audit queue), and of single responses to hold-out records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from winnow.core.result import Measure, NotMeasured
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts, OriginAccuracyFacts
from winnow.curation.review.measured_queues import AUDIT_QUEUE
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import answers_by_people
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.responses import submitted_annotators
from winnow.validators.stats.intervals import proportion, wilson_bounds

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LabelAccuracy:
    """How many audited records had the right label."""

    right: int
    audited: int
    """Audited records that people labeled or left out."""
    unsure: int
    """Audited records for which nobody could choose a label."""
    low: float
    high: float
    """Wilson score interval, 95 %."""
    by_origin: Mapping[str, tuple[int, int]]
    """Right and audited by origin."""

    @property
    def share(self) -> float:
        """The accuracy."""
        return self.right / self.audited

    def facts(self) -> LabelAccuracyFacts:
        """The figures as reports and the manifest state them, rounded to six digits."""
        return LabelAccuracyFacts(
            accuracy=round(self.share, 6),
            interval=(round(self.low, 6), round(self.high, 6)),
            right=self.right,
            audited=self.audited,
            unsure=self.unsure,
            by_origin={
                origin: _origin_facts(right, count) for origin, (right, count) in sorted(self.by_origin.items())
            },
        )


def _origin_facts(right: int, count: int) -> OriginAccuracyFacts:
    low, high = wilson_bounds(right / count, count)
    return OriginAccuracyFacts(
        right=right,
        audited=count,
        value=round(right / count, 6),
        interval=(round(low, 6), round(high, 6)),
        count=count,
    )


def measure_label_accuracy(connection: Connection, rows: Iterable[WorkingRow]) -> LabelAccuracy | None:
    """Accuracy of the labels that were audited; None when nothing was audited. `rows` are the working rows.

    The audit's records are a random sample of labels from files. A label is right if people's decision, adjudication
    included, is the label that the record had when it was pushed, and nobody corrected its answer. Source of the
    interval: Wilson (1927).
    """
    renamed = label_renames(connection)
    now = {row.id: row for row in rows}
    responses, corrected = submitted_annotators(connection), answers_by_people(connection)
    right: Counter[str] = Counter()
    audited: Counter[str] = Counter()
    unsure = 0
    for item in queue_items(connection, AUDIT_QUEUE):
        row = now.get(item.record_id)
        if row is None or item.label_at_push is None or not responses.get((item.dataset, item.record_id)):
            continue
        if row.decided_by in DECIDED_BY_PEOPLE and row.state in (State.LABELED, State.REJECTED):
            audited[row.origin] += 1
            right[row.origin] += row.label == current_label(item.label_at_push, renamed)
        elif corrected.get(item.record_id, set()).intersection(row.superseded_by):
            audited[row.origin] += 1  # the answer was wrong, also where its label is right
        elif row.state != State.SUPERSEDED:
            unsure += 1
    total = audited.total()
    found = proportion(right.total(), total, "nothing was audited")
    if isinstance(found, NotMeasured):
        return None
    by_origin = {origin: (right[origin], count) for origin, count in audited.items()}
    return LabelAccuracy(right.total(), total, unsure, found.low, found.high, by_origin)


def confirmed_response_share(responses: pd.DataFrame, rows: Iterable[WorkingRow]) -> Measure:
    """The share of responses to hold-out records with two or more annotators that equals the record's final label.

    The final label includes adjudication. `responses` comes from `latest_responses`, `rows` are the working rows.
    """
    outcome = {row.id: row.label for row in rows if row.assigned_split != Split.TRAIN and row.state == State.LABELED}
    known = responses[responses["record"].isin(outcome.keys())]
    several = known[known.groupby("record")["who"].transform("count") > 1] if len(known) else known
    right = sum(label == outcome[record] for record, label in zip(several["record"], several["label"], strict=True))
    return proportion(right, len(several), "no hold-out record has two responses")
