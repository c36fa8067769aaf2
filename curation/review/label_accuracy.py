"""The measured accuracy of labels from files (the audit queue), and of single responses to hold-out records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.responses import submitted_annotators
from winnow.validators.stats.intervals import wilson_estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LabelAccuracy:
    """Of the audited records that got a label, how many had it before."""

    right: int
    audited: int
    """Audited records that people gave a label, or left out."""
    unsure: int
    """Audited records on which nobody could say."""
    low: float
    high: float
    """Wilson score interval, 95 %."""
    by_origin: Mapping[str, tuple[int, int]]
    """Right and audited by origin."""

    @property
    def share(self) -> float:
        """The accuracy."""
        return self.right / self.audited

    def json(self) -> dict[str, Any]:
        """For a manifest."""
        return {
            "accuracy": round(self.share, 6),
            "interval": [round(self.low, 6), round(self.high, 6)],
            "right": self.right,
            "audited": self.audited,
            "unsure": self.unsure,
            "by_origin": {
                origin: {"right": right, "audited": count, **wilson_estimate(right, count, "").json()}
                for origin, (right, count) in sorted(self.by_origin.items())
            },
        }


def measure_label_accuracy(connection: Connection, table: pd.DataFrame) -> LabelAccuracy | None:
    """Accuracy of the labels that were audited; None when nobody answered one. `table` is the working table.

    The audit's records are a random sample of labels from files. Right means: what people decided, adjudication
    included, is the label that stood when the record was pushed. Source of the interval: Wilson (1927).
    """
    renamed = label_renames(connection)
    keys = ["id", "state", "label", "origin", "decided_by"]
    now = {row[0]: dict(zip(keys, row, strict=True)) for row in table[keys].itertuples(index=False)}
    responses = submitted_annotators(connection)
    right: Counter[str] = Counter()
    audited: Counter[str] = Counter()
    unsure = 0
    for item in queue_items(connection, "audit"):
        row = now.get(item.record_id)
        if row is None or item.label_at_push is None or not responses.get((item.dataset, item.record_id)):
            continue
        if row["decided_by"] in ("person", "agreement", "adjudicator") and row["state"] in ("labeled", "rejected"):
            audited[row["origin"]] += 1
            right[row["origin"]] += row["label"] == current_label(item.label_at_push, renamed)
        elif row["state"] != "superseded":
            unsure += 1
    total = audited.total()
    found = wilson_estimate(right.total(), total, "nobody audited")
    if isinstance(found, NotMeasured):
        return None
    by_origin = {origin: (right[origin], count) for origin, count in audited.items()}
    return LabelAccuracy(right.total(), total, unsure, found.low, found.high, by_origin)


def confirmed_response_share(responses: pd.DataFrame, table: pd.DataFrame) -> Measure:
    """Of the answers to hold-out records that two or more people gave, how many the outcome confirms.

    The outcome is what the record's label is now, adjudication included. `said` is `opinions`, `table` the
    working table.
    """
    outcome = {
        record: label
        for record, label, assigned_split, state in table[["id", "label", "assigned_split", "state"]].itertuples(
            index=False
        )
        if assigned_split != "train" and state == "labeled"
    }
    known = responses[responses["record"].isin(outcome.keys())]
    several = known[known.groupby("record")["who"].transform("count") > 1] if len(known) else known
    right = sum(label == outcome[record] for record, label in zip(several["record"], several["label"], strict=True))
    return wilson_estimate(right, len(several), "no hold-out record has two answers")
