"""The measured accuracy of labels: what people said in the audit, held against the labels that stood before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from curation.estimates import Measure, NotMeasured, share
from curation.queues.places import answered, places
from curation.rename import current, renamings

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
                origin: {"right": right, "audited": count, **share(right, count, "").json()}
                for origin, (right, count) in sorted(self.by_origin.items())
            },
        }


def label_accuracy(connection: Connection, table: pd.DataFrame) -> LabelAccuracy | None:
    """Accuracy of the labels that were audited; None when nobody answered one. `table` is the working table.

    The audit's records are a random sample of labels from files. Right means: what people decided, adjudication
    included, is the label that stood when the record was pushed. Source of the interval: Wilson (1927).
    """
    renamed = renamings(connection)
    keys = ["id", "state", "label", "origin", "decided_by"]
    now = {row[0]: dict(zip(keys, row, strict=True)) for row in table[keys].itertuples(index=False)}
    answers = answered(connection)
    right: Counter[str] = Counter()
    audited: Counter[str] = Counter()
    unsure = 0
    for place in places(connection, "audit"):
        row = now.get(place.record_id)
        if row is None or place.label_then is None or not answers.get((place.dataset, place.record_id)):
            continue
        if row["decided_by"] in ("person", "agreement", "adjudicator") and row["state"] in ("labeled", "rejected"):
            audited[row["origin"]] += 1
            right[row["origin"]] += row["label"] == current(place.label_then, renamed)
        elif row["state"] != "superseded":
            unsure += 1
    total = audited.total()
    found = share(right.total(), total, "nobody audited")
    if isinstance(found, NotMeasured):
        return None
    by_origin = {origin: (right[origin], count) for origin, count in audited.items()}
    return LabelAccuracy(right.total(), total, unsure, found.low, found.high, by_origin)


def confirmed(said: pd.DataFrame, table: pd.DataFrame) -> Measure:
    """Of the answers to hold-out records that two or more people gave, how many the outcome confirms.

    The outcome is what the record's label is now, adjudication included. `said` is `opinions`, `table` the
    working table.
    """
    outcome = {
        record: label
        for record, label, reserve, state in table[["id", "label", "reserve", "state"]].itertuples(index=False)
        if reserve != "train" and state == "labeled"
    }
    known = said[said["record"].isin(outcome.keys())]
    several = known[known.groupby("record")["who"].transform("count") > 1] if len(known) else known
    right = sum(label == outcome[record] for record, label in zip(several["record"], several["label"], strict=True))
    return share(right, len(several), "no hold-out record has two answers")
