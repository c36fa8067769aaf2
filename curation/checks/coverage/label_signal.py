"""Whether labels depend on the texts at all: how often the nearest record has the same label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.result import Measured
from winnow.curation.engine.exact_search import NearestRows
from winnow.validators.stats.chance_agreement import chance_agreement, is_beyond_chance
from winnow.validators.stats.intervals import measured_proportion

MIN_LABEL_RECORDS = 5
"""With fewer train records, one of them is more than a fifth of a label: its shares are not measured."""


@dataclass(frozen=True)
class LabelSignal:
    """Train records whose nearest record has the same label."""

    agreement: Measured
    """Their share, of the records of labels with MIN_LABEL_RECORDS or more."""
    chance: float
    """The share if labels did not depend on the texts."""

    @property
    def is_missing(self) -> bool:
        """Whether the labels carry no signal. Few records show neither a signal nor that there is none."""
        return is_beyond_chance(self.agreement, self.chance) is False

    def __str__(self) -> str:
        share = self.agreement
        return (
            f"the nearest record has the same label for {share.value:.1%} ({share.low:.1%} to {share.high:.1%}) of "
            f"{share.rows:,} train records, {self.chance:.1%} by chance"
        )


def measure_label_signal(labels: Sequence[str], nearest: NearestRows) -> LabelSignal | None:
    """Compare each label with that of the nearest record of another group; None where fewer than two can be judged."""
    sizes = Counter(labels)
    pairs = [
        (label, labels[other])
        for label, other in zip(labels, nearest.position[:, 0].tolist(), strict=True)
        if sizes[label] >= MIN_LABEL_RECORDS and other >= 0
    ]
    if len({label for label, _ in pairs}) < 2:
        return None
    own, others = Counter(label for label, _ in pairs), Counter(other for _, other in pairs)
    agreement = measured_proportion(sum(one == other for one, other in pairs), len(pairs))
    return LabelSignal(agreement, chance_agreement(own, others))
