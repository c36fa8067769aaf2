"""Whether labels depend on the texts at all: how often the nearest hold-out record has the same label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from winnow.core.array_cache import newest_arrays
from winnow.core.counted import counted
from winnow.core.result import Measured
from winnow.core.vocabulary import State
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.validators.stats.chance_agreement import chance_agreement, is_beyond_chance
from winnow.validators.stats.intervals import measured_proportion

MIN_LABEL_RECORDS = 5
"""With fewer train records, one of them is more than a fifth of a label: its shares are not measured."""

MIN_COSINE = 0.40
"""Below it, the nearest record is about something else, or the embedder does not read the texts: then cosines are about
0 (docs/decisions/0069-languages.md), and by chance, with a deviation of 1 / √384, not above 0.25."""


@dataclass(frozen=True)
class LabelSignal:
    """Train records whose nearest hold-out record has the same label."""

    agreement: Measured
    """Their share, of the records of labels with MIN_LABEL_RECORDS or more."""
    chance: float
    """The share if labels did not depend on the texts."""

    @property
    def is_missing(self) -> bool:
        """Whether the labels carry no signal. Few records show neither a signal nor that there is none.

        Agreement below chance is one: "lights on" may be nearest to "lights off".
        """
        return self.agreement.high >= self.chance and is_beyond_chance(self.agreement, self.chance) is False

    def __str__(self) -> str:
        share = self.agreement
        return (
            f"the nearest hold-out record has the same label for {share.value:.1%} ({share.low:.1%} to "
            f"{share.high:.1%}) of {counted(share.rows, 'train record')}, {self.chance:.1%} by chance"
        )


def label_signal_of(labels: Sequence[str], nearest: NearestHoldOut, *, leak_cosine: float) -> LabelSignal | None:
    """The signal of the train rows that have a near hold-out row and do not repeat it.

    `labels` are those of all rows that `nearest` is about, empty for a row without a label.
    """
    similarity = nearest.similarity
    rows = np.flatnonzero((similarity >= MIN_COSINE) & (similarity < leak_cosine)).tolist()
    near = nearest.position
    pairs = [(labels[row], labels[near[row]]) for row in rows if labels[row] and labels[near[row]]]
    return measure_label_signal([own for own, _ in pairs], [other for _, other in pairs])


def last_label_signal(rows: Sequence[WorkingRow], near_cache: Path, *, leak_cosine: float) -> LabelSignal | None:
    """The signal of today's labels by the nearest records of the last check; None before the first check."""
    stored = newest_arrays(near_cache, "near-*.npz", ("ids", "nearest", "nearest_similarity"))
    if stored is None:
        return None
    label_of = {row.id: row.label for row in rows if row.state == State.LABELED}
    labels = [label_of.get(one, "") for one in stored["ids"].tolist()]
    nearest = NearestHoldOut(stored["nearest"], stored["nearest_similarity"])
    return label_signal_of(labels, nearest, leak_cosine=leak_cosine)


def measure_label_signal(labels: Sequence[str], nearest: Sequence[str]) -> LabelSignal | None:
    """Compare the label of each record with that of its nearest one; None where fewer than two can be judged."""
    sizes = Counter(labels)
    pairs = [one for one in zip(labels, nearest, strict=True) if sizes[one[0]] >= MIN_LABEL_RECORDS]
    if len({label for label, _ in pairs}) < 2:
        return None
    own, others = Counter(label for label, _ in pairs), Counter(other for _, other in pairs)
    agreement = measured_proportion(sum(one == other for one, other in pairs), len(pairs))
    return LabelSignal(agreement, chance_agreement(own, others))
