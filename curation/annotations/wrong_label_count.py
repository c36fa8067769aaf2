"""How many labels are wrong: counted where the model is surest, and carried over to the other records.

Of the records predicted as one label, the surer half and the surest quarter are looked at. What the model is surest of
is what it predicts with the highest probability, whatever label a record has. There, a contradicted label counts as
wrong; where fewer of the quarter are contradicted, the model itself is wrong in the half. Wrong labels are assumed to
be as frequent among the other records, where a model cannot tell a wrong label from a hard text.
Near copies of one record are right or wrong together, so the interval is that of fewer, independent records.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import ceil, floor
from typing import TYPE_CHECKING, Annotated

import numpy as np

from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Measure, Measured, NotMeasured
from winnow.curation.annotations.label_doubt import SURE_SHARE, surest
from winnow.validators.stats.intervals import wilson_bounds

if TYPE_CHECKING:
    from winnow.curation.annotations.label_errors import JudgedLabel, JudgedLabels

MIN_SURE = 50
"""With fewer sure records the upper end would be 7 % of all labels or more, even if none of them is contradicted."""

MOST_WRONG = 0.5
"""Where this share of the sure labels may be contradicted, the model and the labels have too little in common."""

FOUND_SHARE = 0.8
"""Share of the wrong labels in the records to read first."""

TOO_FEW = NotMeasured(f"fewer than {2 * MIN_SURE} records of labels that a model tells apart")

NOTHING_IN_COMMON = NotMeasured(
    "a model that did not see a record finds another label in half of the cases or more, even where it is surest"
)


class WrongLabelCount(Record):
    """How many of the judged labels are wrong, and how many suspected records to read."""

    wrong: Measure
    """The number of wrong labels; its `rows` are the labels among which it was estimated."""
    read_first: Annotated[int | None, ABSENT_IF_NONE] = None
    """The most suspicious records that hold about 80 % of the wrong labels; absent where these were not estimated."""
    indistinct_labels: tuple[tuple[str, str], ...] = ()
    """Pairs of labels between which the model cannot choose: how many of their records are wrong is not estimated."""


def wrong_label_count(judged: JudgedLabels, *, confirmed: Set[int] = frozenset()) -> WrongLabelCount:
    """How many labels are wrong. Labels of the records in `confirmed`, which are positions, are known to be right."""
    sure, surer = (_surest(judged.ranked, share) for share in (SURE_SHARE, SURE_SHARE / 2))
    if len(sure) >= MIN_SURE and _contradicted_share(sure, judged.design_effect).high >= MOST_WRONG:
        return WrongLabelCount(wrong=NOTHING_IN_COMMON)
    apart = {label for pair in judged.indistinct_labels for label in pair}
    sure, surer, records = (
        [one for one in some if one.position not in confirmed and apart.isdisjoint((predicted(one), one.given))]
        for some in (sure, surer, judged.ranked)
    )
    if len(sure) < MIN_SURE:
        return WrongLabelCount(wrong=TOO_FEW, indistinct_labels=judged.indistinct_labels)
    first = {one.position for one in contradicted_labels(judged.ranked)[: judged.read_first]}
    return WrongLabelCount(
        wrong=_measured([_contradicted_share(some, judged.design_effect) for some in (sure, surer)], len(records)),
        read_first=sum(one.position in first for one in records),
        indistinct_labels=judged.indistinct_labels,
    )


def predicted(one: JudgedLabel) -> str:
    """The label that the model finds most probable."""
    return one.proposed if contradicts(one) else one.given


def contradicts(one: JudgedLabel) -> bool:
    """Whether the model finds another label more probable than the given one."""
    return one.proposed_probability > one.given_probability


def contradicted_labels(ranked: Sequence[JudgedLabel]) -> list[JudgedLabel]:
    """The records with a more probable label, the most suspicious first."""
    return [one for one in ranked if contradicts(one)]


def suspected_by_model(
    ranked: Sequence[JudgedLabel], count: WrongLabelCount, *, confirmed: Set[int] = frozenset()
) -> list[JudgedLabel]:
    """As many as labels may be wrong, or as it takes to find most of those; and the confirmed ones.

    All where there are too few records to say.
    None where the model and the labels have nothing in common. Records of labels that the model does not tell apart
    are left out: it would contradict every second one.
    """
    if count.wrong == NOTHING_IN_COMMON:
        return []
    found = contradicted_labels(ranked)
    if isinstance(count.wrong, NotMeasured):
        return found
    apart = {label for pair in count.indistinct_labels for label in pair}
    distinct = [one for one in found if apart.isdisjoint((predicted(one), one.given))]
    unknown = [one for one in distinct if one.position not in confirmed]
    most = max(round(count.wrong.high), count.read_first or 0)
    return [*unknown[:most], *(one for one in distinct if one.position in confirmed)]


def _surest(ranked: Sequence[JudgedLabel], share: float) -> list[JudgedLabel]:
    if not ranked:
        return []
    codes = np.unique([predicted(one) for one in ranked], return_inverse=True)[1]
    probability = np.array([max(one.given_probability, one.proposed_probability) for one in ranked])
    return [ranked[i] for i in np.flatnonzero(surest(codes, probability, share)).tolist()]


def _measured(shares: Sequence[Measured], records: int) -> Measured:
    """The number of wrong labels among so many records: the lowest share and lower end, the upper end of the first.

    Wrong labels are as frequent where the model is surer. What it gets wrong itself is rarer there, and only adds.
    """
    value, low = min(one.value for one in shares), min(one.low for one in shares)
    return Measured(round(value * records, 1), floor(low * records), ceil(shares[0].high * records), records)


def _contradicted_share(sure: Sequence[JudgedLabel], design_effect: float) -> Measured:
    share = sum(contradicts(one) for one in sure) / max(len(sure), 1)
    return Measured(share, *wilson_bounds(share, max(len(sure), 1) / design_effect), len(sure))
