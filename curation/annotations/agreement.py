"""Agreement between annotators: overall, by pair of labels, and by annotator."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass as record_dataclass

from winnow.core.record import RECORD_CONFIG
from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.anchoring import Anchoring, measure_anchoring
from winnow.curation.annotations.krippendorff import RESAMPLES, KrippendorffAlpha, krippendorff_alpha, response_patterns
from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix, response_matrix
from winnow.validators.stats.intervals import proportion


@dataclass(frozen=True)
class LabelPair:
    """Two labels that annotators disagree about."""

    first: str
    second: str
    disagreements: int
    """Pairs of annotators who gave the same record one label and the other."""
    records: int
    """Records with such a disagreement."""
    agreements: int
    """Pairs of annotators who both gave the first label, or both the second."""


@record_dataclass(frozen=True, config=RECORD_CONFIG)
class OverruledResponse:
    """A response that an adjudicator overruled."""

    record: str
    """Id of the record."""
    response: str
    """The label of the response."""
    adjudicated: str
    """The label of the adjudication."""


@dataclass(frozen=True)
class AnnotatorAgreement:
    """How one annotator agrees with the others."""

    who: str
    responses: int
    """Records with a response of this annotator."""
    majority_agreement: Measure
    """Share of responses that equal the majority label of the other annotators."""
    majority_ties: int
    """Records on which the others tied, which `majority_agreement` leaves out."""
    seconds: float | NotMeasured
    """Median time of a response."""
    anchoring: Anchoring
    adjudicated: int
    """Records with a response of this annotator that were adjudicated."""
    overruled: tuple[OverruledResponse, ...]


@dataclass(frozen=True)
class Agreement:
    """What responses say about annotators and guidelines."""

    alpha: KrippendorffAlpha
    pairs: tuple[LabelPair, ...]
    """Most frequent first."""
    annotators: tuple[AnnotatorAgreement, ...]
    """By name."""
    anchoring: Anchoring
    """Over all annotators. Responses of one annotator are not independent: also see each annotator's."""


def measure_agreement(
    responses: pd.DataFrame,
    *,
    adjudicated: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Agreement in a table `record`, `who`, `label` (see `response_matrix`).

    Two more columns are optional: `suggestion` is the label that was shown with the record, `model_label` the one that
    was hidden in a blind dataset; both are empty or missing where there is none. `adjudicated` maps records to labels,
    `seconds` annotators to their median time of a response.
    """
    matrix = response_matrix(responses)
    return Agreement(
        alpha=krippendorff_alpha(matrix, resamples=resamples, seed=seed),
        pairs=label_pairs(matrix),
        annotators=_annotator_agreements(matrix, responses, adjudicated or {}, seconds or {}),
        anchoring=measure_anchoring(responses),
    )


def label_pairs(matrix: ResponseMatrix) -> tuple[LabelPair, ...]:
    """Pairs of labels that two annotators disagree about, most frequent first."""
    disagreements: Counter[tuple[int, int]] = Counter()
    records: Counter[tuple[int, int]] = Counter()
    agreements: Counter[int] = Counter()
    for pattern, times in response_patterns(matrix, min_responses=2).items():
        given = sorted(Counter(pattern).items())
        for index, (one, n) in enumerate(given):
            agreements[one] += times * n * (n - 1) // 2
            for other, m in given[index + 1 :]:
                disagreements[one, other] += times * n * m
                records[one, other] += times
    names = matrix.labels
    found = [
        LabelPair(names[one], names[other], count, records[one, other], agreements[one] + agreements[other])
        for (one, other), count in disagreements.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.disagreements, pair.first, pair.second)))


def _annotator_agreements(
    matrix: ResponseMatrix, table: pd.DataFrame, adjudicated: Mapping[str, str], seconds: Mapping[str, float]
) -> tuple[AnnotatorAgreement, ...]:
    rows = {str(who): own for who, own in table.groupby("who", sort=True)}
    overruled, adjudicated_counts = _overruled_responses(matrix, adjudicated)
    counts = matrix.counts()
    found = []
    for person, who in enumerate(matrix.annotators):
        hits, trials, undecided = _majority_agreement(matrix, counts, person)
        found.append(
            AnnotatorAgreement(
                who=who,
                responses=int((matrix.codes[:, person] != NO_RESPONSE).sum()),
                majority_agreement=proportion(hits, trials, "no other annotators have a majority on the same records"),
                majority_ties=undecided,
                seconds=seconds.get(who, NotMeasured("too few responses in a row")),
                anchoring=measure_anchoring(rows[who]),
                adjudicated=adjudicated_counts[person],
                overruled=tuple(overruled[person]),
            )
        )
    return tuple(found)


def _majority_agreement(matrix: ResponseMatrix, counts: NDArray[np.int64], person: int) -> tuple[int, int, int]:
    """Responses that equal the others' majority, responses with such a majority, and those where the others tied."""
    rows = np.flatnonzero((matrix.codes[:, person] != NO_RESPONSE) & (matrix.per_record > 1))
    own, at = matrix.codes[rows, person], np.arange(len(rows))
    others = counts[rows]
    others[at, own] -= 1
    most = others.max(axis=1, initial=0)
    decided = (others == most[:, None]).sum(axis=1) == 1
    return int((decided & (others[at, own] == most)).sum()), int(decided.sum()), int((~decided).sum())


def _overruled_responses(
    matrix: ResponseMatrix, adjudicated: Mapping[str, str]
) -> tuple[dict[int, list[OverruledResponse]], Counter[int]]:
    """By annotator: the responses that were overruled, and how many were adjudicated at all."""
    overruled: dict[int, list[OverruledResponse]] = defaultdict(list)
    adjudicated_counts: Counter[int] = Counter()
    for row, record in enumerate(matrix.records):
        label = adjudicated.get(record)
        if label is None:
            continue
        for person in np.flatnonzero(matrix.codes[row] != NO_RESPONSE).tolist():
            own = matrix.labels[matrix.codes[row, person]]
            adjudicated_counts[person] += 1
            if own != label:
                overruled[person].append(OverruledResponse(record, own, label))
    return overruled, adjudicated_counts
