"""What people decided and measured that gates depend on: waivers, lots, and the audit of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from winnow.config.task import ReviewConfig
from winnow.core.vocabulary import LotVerdict
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.curation.review.lots import Lot


@dataclass(frozen=True)
class HumanJudgments:
    """The judgments of one moment."""

    waived: Mapping[str, str]
    """Who waived a gate, why and until when, by gate."""
    lots: Sequence[Lot] = ()
    """Decided lots."""
    label_accuracy: LabelAccuracy | None = None
    """What the audit of labels from files found; None without one."""

    def reviews(self, selected: Set[str]) -> list[ReviewConfig]:
        """The review settings of every accepted lot with a selected record; `selected` are record ids."""
        accepted = (lot for lot in self.lots if lot.recorded_verdict == LotVerdict.ACCEPTED)
        return [lot.review for lot in accepted if not selected.isdisjoint(lot.decided_records())]
