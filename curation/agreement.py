"""How well people agree: overall, by label, by person, and whether a suggestion leads them. Pure: a table in, data out.

A label that people confuse among themselves is a guideline to mend, not data to correct.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curation.alpha import RESAMPLES, Alpha, alpha, patterns
from curation.answers import NOTHING, Answers, matrix
from curation.estimates import Measure, NotMeasured, difference, share


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


def label_pairs(said: Answers) -> tuple[LabelPair, ...]:
    """Pairs of labels on which two people stood apart, the most frequent first."""
    apart: Counter[tuple[int, int]] = Counter()
    records: Counter[tuple[int, int]] = Counter()
    alike: Counter[int] = Counter()
    for pattern, times in patterns(said, least=2).items():
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
