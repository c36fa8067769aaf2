"""How well people agree: overall, by label, by person, and whether a suggestion leads them. Pure: a table in, data out.

A label that people confuse among themselves is a guideline to mend, not data to correct.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from curation.answers import NOTHING, Answers, NotMeasured, matrix

RESAMPLES = 2000
"""Of the bootstrap: the ends of a 95 % interval rest on 50 resamples each."""
AT_ONCE = 4_000_000
"""Numbers that are drawn together: 32 MiB."""
CONFIDENCE = 0.95
RECORDS_MIN = 10
"""Records with two or more answers below which alpha is not measured."""
LABEL_RECORDS_MIN = 5
"""Of them, those that somebody gave the label, below which its alpha is not measured."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int
    """What it rests on: records for alpha, answers for a share."""


Measure = Estimate | NotMeasured


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha: 1 for full agreement, 0 for what chance gives, below 0 for systematic disagreement."""

    overall: Measure
    by_label: Mapping[str, Measure]
    """Each label against all others."""
    resamples: int
    seed: int


@dataclass(frozen=True)
class LabelPair:
    """Two labels on which people stood apart."""

    first: str
    second: str
    apart: int
    """Pairs of people of whom one gave one label and one the other, to the same record."""
    records: int
    """Records on which that happened."""
    alike: int
    """Pairs of people who both gave the first, or both the second."""


@dataclass(frozen=True)
class Anchoring:
    """Whether a suggestion leads people: a positive difference whose interval leaves out 0 says that it does.

    It compares like with like only if what is asked blind is drawn at random from what would have been suggested.
    """

    shown: Measure
    """Share of the answers to records with a suggestion that equal it."""
    blind: Measure
    """Share of the answers to records without one that equal what the model would have suggested."""
    difference: Measure
    """Shown less blind."""


@dataclass(frozen=True)
class Overruled:
    """An answer that the adjudicator did not share."""

    record: str
    said: str
    adjudicated: str


@dataclass(frozen=True)
class Annotator:
    """One person among the others."""

    who: str
    answers: int
    """Records answered."""
    with_others: Measure
    """Share of answers that equal what most of the others gave the record."""
    others_undecided: int
    """Records on which the others tied: they are not counted in `with_others`."""
    seconds: float | NotMeasured
    """Median pace."""
    anchoring: Anchoring
    adjudicated: int
    """Records of this person that somebody adjudicated."""
    overruled: tuple[Overruled, ...]


@dataclass(frozen=True)
class Agreement:
    """What answers tell about people and guidelines."""

    alpha: Alpha
    pairs: tuple[LabelPair, ...]
    """The most frequent first."""
    annotators: tuple[Annotator, ...]
    """By name."""
    anchoring: Anchoring
    """Over all people. Answers of one person, or to one record, are not independent: read it with those by person."""


def agreement(
    answers: pd.DataFrame,
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
    said = matrix(answers)
    return Agreement(
        alpha=alpha(said, resamples=resamples, seed=seed),
        pairs=label_pairs(said),
        annotators=_annotators(said, answers, adjudicated or {}, seconds or {}),
        anchoring=anchoring(answers),
    )


def alpha(said: Answers, *, resamples: int = RESAMPLES, seed: int = 0) -> Alpha:
    """Krippendorff's alpha for nominal data, with percentile bootstrap intervals over records.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Efron and Tibshirani (1993) for the
    interval. Records with one answer say nothing about agreement and are left out. All sums are linear in records, so a
    resample is a product of counts. Where nobody ever disagreed every resample is 1, and so are both ends.
    """
    patterns = _patterns(said, least=2)
    records = sum(patterns.values())
    if records < RECORDS_MIN:
        few = NotMeasured(f"{records} records have two or more answers, {RECORDS_MIN} are needed")
        return Alpha(few, dict.fromkeys(said.labels, few), resamples, seed)
    counts = np.array([np.bincount(pattern, minlength=len(said.labels)) for pattern in patterns], dtype=np.float64)
    times = np.array(list(patterns.values()), dtype=np.int64)
    size = counts.sum(axis=1, keepdims=True)
    sums = np.hstack([counts, counts * (size - counts) / (size - 1)])  # given, and observed against another label
    point = _alphas(times[None, :] @ sums)[0]
    drawn = _resampled(times, sums, resamples, seed)
    seen = (times[:, None] * (counts > 0)).sum(axis=0)
    overall, *labels = (
        _estimate(value, drawn[:, place], count)
        for place, (value, count) in enumerate(zip(point, [records, *seen], strict=True))
    )
    return Alpha(overall, dict(zip(said.labels, labels, strict=True)), resamples, seed)


def label_pairs(said: Answers) -> tuple[LabelPair, ...]:
    """Pairs of labels on which two people stood apart, the most frequent first."""
    apart: Counter[tuple[int, int]] = Counter()
    records: Counter[tuple[int, int]] = Counter()
    alike: Counter[int] = Counter()
    for pattern, times in _patterns(said, least=2).items():
        given = sorted(Counter(pattern).items())
        for place, (one, n) in enumerate(given):
            alike[one] += times * n * (n - 1) // 2
            for other, m in given[place + 1 :]:
                apart[one, other] += times * n * m
                records[one, other] += times
    names = said.labels
    found = [
        LabelPair(names[one], names[other], count, records[one, other], alike[one] + alike[other])
        for (one, other), count in apart.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.apart, pair.first, pair.second)))


def anchoring(answers: pd.DataFrame) -> Anchoring:
    """Anchoring over all rows of a table as `agreement` takes it."""
    label = answers["label"].astype(str)
    suggestion, model = (_texts(answers, column) for column in ("suggestion", "model_label"))
    led, blind = suggestion != "", (suggestion == "") & (model != "")
    pairs = ((label == suggestion)[led], (label == model)[blind])
    (right, n), (free, m) = ((int(equal.sum()), len(equal)) for equal in pairs)
    shown = share(right, n, "no answer beside a suggestion")
    unled = share(free, m, "no blind answer to a record that the model has a label for")
    return Anchoring(shown, unled, difference(shown, unled))


def share(hits: int, trials: int, why_not: str) -> Measure:
    """A share with its Wilson score interval (Wilson 1927); not measured, for the reason given, without a trial."""
    if not trials:
        return NotMeasured(why_not)
    found = binomtest(hits, trials).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(hits / trials, float(found.low), float(found.high), trials)


def difference(one: Measure, other: Measure) -> Measure:
    """Difference of two independent shares, with the interval from their Wilson intervals.

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", method 10.
    """
    if isinstance(one, NotMeasured):
        return one
    if isinstance(other, NotMeasured):
        return other
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value, value - below, value + above, one.count + other.count)


def _patterns(said: Answers, *, least: int) -> dict[tuple[int, ...], int]:
    """How many records of at least so many answers got these labels, whoever gave them; sorted."""
    found: Counter[tuple[int, ...]] = Counter()
    for row in np.sort(said.said[said.per_record >= least], axis=1).tolist():
        found[tuple(row[row.count(NOTHING) :])] += 1
    return dict(sorted(found.items()))


def _resampled(times: NDArray[np.int64], sums: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """Alphas of as many records drawn with replacement, shape (resamples, 1 + labels)."""
    generator = np.random.default_rng(seed)
    records = int(times.sum())
    step = max(1, AT_ONCE // len(times))
    drawn = [
        _alphas(generator.multinomial(records, times / records, size=min(step, resamples - start)) @ sums)
        for start in range(0, resamples, step)
    ]
    return np.vstack(drawn)


def _alphas(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha overall, then of each label, shape (n, 1 + labels), not a number where only one value was given.

    `sums` has shape (n, 2 * labels): how often each label was given, and how often against another.
    """
    given, against = np.hsplit(sums, 2)
    total = given.sum(axis=1, keepdims=True)
    by_chance = given * (total - given) / (total - 1)
    observed = np.hstack([against.sum(axis=1, keepdims=True), against])
    expected = np.hstack([by_chance.sum(axis=1, keepdims=True), by_chance])
    there = expected > 0
    return np.where(there, 1 - observed / np.where(there, expected, 1), np.nan)


def _estimate(value: float, drawn: NDArray[np.float64], records: int) -> Measure:
    """Value and percentiles, of the resamples in which alpha is defined."""
    if records < LABEL_RECORDS_MIN:
        few = f"given in {records} of the records with two or more answers, {LABEL_RECORDS_MIN} are needed"
        return NotMeasured(few)
    if np.isnan(value):
        return NotMeasured("there is only one label")
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail]) if len(drawn) else (value, value)
    return Estimate(float(value), float(low), float(high), int(records))


def _annotators(
    said: Answers, table: pd.DataFrame, adjudicated: Mapping[str, str], seconds: Mapping[str, float]
) -> tuple[Annotator, ...]:
    rows = {str(who): own for who, own in table.groupby("who", sort=True)}
    overruled, judged = _overruled(said, adjudicated)
    counts = said.counts()
    found = []
    for person, who in enumerate(said.people):
        hits, trials, undecided = _with_others(said, counts, person)
        found.append(
            Annotator(
                who=who,
                answers=int((said.said[:, person] != NOTHING).sum()),
                with_others=share(hits, trials, "nobody else answered the same records with a majority"),
                others_undecided=undecided,
                seconds=seconds.get(who, NotMeasured("no pace is known")),
                anchoring=anchoring(rows[who]),
                adjudicated=judged[person],
                overruled=tuple(overruled[person]),
            )
        )
    return tuple(found)


def _with_others(said: Answers, counts: NDArray[np.int64], person: int) -> tuple[int, int, int]:
    """Answers that equal the majority of the others, answers with such a majority, and those where the others tied."""
    rows = np.flatnonzero((said.said[:, person] != NOTHING) & (said.per_record > 1))
    own, at = said.said[rows, person], np.arange(len(rows))
    others = counts[rows]
    others[at, own] -= 1
    most = others.max(axis=1, initial=0)
    decided = (others == most[:, None]).sum(axis=1) == 1
    return int((decided & (others[at, own] == most)).sum()), int(decided.sum()), int((~decided).sum())


def _overruled(said: Answers, adjudicated: Mapping[str, str]) -> tuple[dict[int, list[Overruled]], Counter[int]]:
    """By person: the answers that were adjudicated otherwise, and how many were adjudicated at all."""
    otherwise: dict[int, list[Overruled]] = defaultdict(list)
    judged: Counter[int] = Counter()
    for row, record in enumerate(said.records):
        label = adjudicated.get(record)
        if label is None:
            continue
        for person in np.flatnonzero(said.said[row] != NOTHING).tolist():
            own = said.labels[said.said[row, person]]
            judged[person] += 1
            if own != label:
                otherwise[person].append(Overruled(record, own, label))
    return otherwise, judged


def _texts(table: pd.DataFrame, column: str) -> pd.Series:
    """A column that may be missing, as text, empty where there is nothing."""
    if column not in table.columns:
        return pd.Series("", index=table.index, dtype=str)
    return table[column].astype(object).where(table[column].notna(), "").astype(str)
