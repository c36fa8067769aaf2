"""Agreement between annotators: overall, by pair of labels, and by annotator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.anchoring import Anchoring, measure_anchoring
from winnow.curation.annotations.krippendorff import RESAMPLES, KrippendorffAlpha, krippendorff_alpha, response_patterns
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix, response_matrix
from winnow.validators.stats.intervals import wilson_estimate


@dataclass(frozen=True)
class LabelPair:
    """Two labels on which people stood apart."""

    first: str
    second: str
    disagreements: int
    """Pairs of people of whom one gave one label and one the other, to the same record."""
    records: int
    """Records on which that happened."""
    agreements: int
    """Pairs of people who both gave the first, or both the second."""


@dataclass(frozen=True)
class OverruledResponse:
    """An answer that the adjudicator did not share."""

    record: str
    response: str
    adjudicated: str


@dataclass(frozen=True)
class AnnotatorAgreement:
    """One person among the others."""

    who: str
    responses: int
    """Records answered."""
    majority_agreement: Measure
    """Share of answers that equal what most of the others gave the record."""
    majority_ties: int
    """Records on which the others tied: they are not counted in `with_others`."""
    seconds: float | NotMeasured
    """Median pace."""
    anchoring: Anchoring
    adjudicated: int
    """Records of this person that somebody adjudicated."""
    overruled: tuple[OverruledResponse, ...]


@dataclass(frozen=True)
class Agreement:
    """What answers tell about people and guidelines."""

    alpha: KrippendorffAlpha
    pairs: tuple[LabelPair, ...]
    """The most frequent first."""
    annotators: tuple[AnnotatorAgreement, ...]
    """By name."""
    anchoring: Anchoring
    """Over all people. Answers of one person, or to one record, are not independent: read it with those by person."""


def measure_agreement(
    responses: pd.DataFrame,
    *,
    adjudicated: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Agreement in a table `record`, `who`, `label` (see `curation.answers.matrix`).

    Two more columns may be there. `suggestion` is what was shown beside the record, `model_label` what would have been
    suggested to who was asked blind; both are empty or missing where there is nothing. `adjudicated` is the label by
    record, `seconds` the median pace by person.
    """
    response = response_matrix(responses)
    return Agreement(
        alpha=krippendorff_alpha(response, resamples=resamples, seed=seed),
        pairs=label_pairs(response),
        annotators=_annotator_agreements(response, responses, adjudicated or {}, seconds or {}),
        anchoring=measure_anchoring(responses),
    )


def label_pairs(response: ResponseMatrix) -> tuple[LabelPair, ...]:
    """Pairs of labels on which two people stood apart, the most frequent first."""
    disagreements: Counter[tuple[int, int]] = Counter()
    records: Counter[tuple[int, int]] = Counter()
    agreements: Counter[int] = Counter()
    for pattern, times in response_patterns(response, min_responses=2).items():
        given = sorted(Counter(pattern).items())
        for index, (one, n) in enumerate(given):
            agreements[one] += times * n * (n - 1) // 2
            for other, m in given[index + 1 :]:
                disagreements[one, other] += times * n * m
                records[one, other] += times
    names = response.labels
    found = [
        LabelPair(names[one], names[other], count, records[one, other], agreements[one] + agreements[other])
        for (one, other), count in disagreements.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.disagreements, pair.first, pair.second)))


def _annotator_agreements(
    response: ResponseMatrix, table: pd.DataFrame, adjudicated: Mapping[str, str], seconds: Mapping[str, float]
) -> tuple[AnnotatorAgreement, ...]:
    rows = {str(who): own for who, own in table.groupby("who", sort=True)}
    overruled, adjudicated_counts = _overruled_responses(response, adjudicated)
    counts = response.counts()
    found = []
    for person, who in enumerate(response.annotators):
        hits, trials, undecided = _majority_agreement(response, counts, person)
        found.append(
            AnnotatorAgreement(
                who=who,
                responses=int((response.response[:, person] != NO_RESPONSE).sum()),
                majority_agreement=wilson_estimate(
                    hits, trials, "nobody else answered the same records with a majority"
                ),
                majority_ties=undecided,
                seconds=seconds.get(who, NotMeasured("no pace is known")),
                anchoring=measure_anchoring(rows[who]),
                adjudicated=adjudicated_counts[person],
                overruled=tuple(overruled[person]),
            )
        )
    return tuple(found)


def _majority_agreement(response: ResponseMatrix, counts: NDArray[np.int64], person: int) -> tuple[int, int, int]:
    """Answers that equal the majority of the others, answers with such a majority, and those where the others tied."""
    rows = np.flatnonzero((response.response[:, person] != NO_RESPONSE) & (response.per_record > 1))
    own, at = response.response[rows, person], np.arange(len(rows))
    others = counts[rows]
    others[at, own] -= 1
    most = others.max(axis=1, initial=0)
    decided = (others == most[:, None]).sum(axis=1) == 1
    return int((decided & (others[at, own] == most)).sum()), int(decided.sum()), int((~decided).sum())


def _overruled_responses(
    response: ResponseMatrix, adjudicated: Mapping[str, str]
) -> tuple[dict[int, list[OverruledResponse]], Counter[int]]:
    """By person: the answers that were adjudicated otherwise, and how many were adjudicated at all."""
    otherwise: dict[int, list[OverruledResponse]] = defaultdict(list)
    adjudicated_counts: Counter[int] = Counter()
    for row, record in enumerate(response.records):
        label = adjudicated.get(record)
        if label is None:
            continue
        for person in np.flatnonzero(response.response[row] != NO_RESPONSE).tolist():
            own = response.labels[response.response[row, person]]
            adjudicated_counts[person] += 1
            if own != label:
                otherwise[person].append(OverruledResponse(record, own, label))
    return otherwise, adjudicated_counts
