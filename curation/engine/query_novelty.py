"""One score of how new a query is to labeled rows, calibrated on what hidden labels of these rows look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measured, NotMeasured
from winnow.curation.engine.group_ranks import rank_in_group
from winnow.curation.engine.hidden_label_trial import (
    COMPANION_SHARE,
    TrialOutcome,
    TrialRows,
    companion_count,
    run_trial,
)
from winnow.curation.engine.novelty_measures import GroupedRows, NoveltyMeasures, RowIndices, measure_novelty
from winnow.curation.engine.quick_probe import probe_rows
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.clustered_share import count_by_cluster, effective_count
from winnow.validators.stats.intervals import wilson_bounds
from winnow.validators.stats.normal_scores import normal_quantile, normal_scores
from winnow.validators.stats.quantiles import quantile

FALSE_ALARMS = 0.05
"""Share of known rows of train that are called new. Known traffic is worded differently from train, and more of it is:
up to 10 % on public data (docs/decisions/0076-new-intents.md)."""

MAX_LABELED = 10_000
"""Labeled rows that queries are compared with; of more, the same number of every label."""

MIN_SENSITIVITY = 0.20
"""If rows of hidden labels are called new less often than this, nothing can be said of missing labels."""


UNUSUAL = 0.90
"""Known rows beyond this percentile differ from the others in more than wording."""

MIN_CONFIDENT_SHARE = 0.25
"""Queries less new than the median known row that show how the wording of traffic differs; half of known ones are."""

Scores = NDArray[np.float64]


class NoTopics(NotMeasured):
    """Nothing can be said of missing labels, because the labels do not follow the topics of the texts.

    Records of hidden labels are called new about as seldom as those of known ones.
    """


@dataclass(frozen=True)
class LabeledVectors:
    """Labeled rows in random order that does not change, such as the order of ids."""

    vectors: Vectors
    labels: NDArray[np.str_]
    groups: RowIndices
    in_scope: NDArray[np.bool_]
    """Rows of the fallback are not."""


@dataclass(frozen=True)
class QueryNovelty:
    """How new queries are."""

    scores: Scores
    """Of each query: standard normal for known queries, higher is newer. Above `new_from()` it is called new."""
    sensitivity: Measured
    """Share of rows of hidden labels that are called new."""
    known_rows: RowIndices
    """Positions of labeled rows that were held out."""
    known_scores: Scores
    """Their scores."""


def is_new(novelty: QueryNovelty) -> NDArray[np.bool_]:
    """Which queries are called new."""
    called: NDArray[np.bool_] = novelty.scores > new_from()
    return called


def new_from() -> float:
    """The score above which a query is called new."""
    return normal_quantile(1 - FALSE_ALARMS)


def judge_novelty(labeled: LabeledVectors, queries: Vectors, query_groups: RowIndices) -> QueryNovelty | NotMeasured:
    """Score (n, d) queries, in an order that does not change; groups are numbered like those of the labeled rows."""
    kept = _evenly(labeled.labels, MAX_LABELED)
    codes = np.unique(labeled.labels[kept], return_inverse=True)[1]
    coordinates = probe_rows(np.concatenate([labeled.vectors[kept], queries]), int(codes.max(initial=0)) + 1)
    rows = GroupedRows(labeled.vectors[kept], labeled.groups[kept], coordinates.design[: len(kept)])
    ratio = min(COMPANION_SHARE, len(queries) / max(len(kept), 1))
    trial = run_trial(TrialRows(rows, codes, labeled.in_scope[kept], coordinates.penalty), companion_ratio=ratio)
    if isinstance(trial, NotMeasured):
        return trial
    asked = GroupedRows(queries, query_groups, coordinates.design[len(kept) :])
    companions = asked.of(np.arange(len(queries))[: companion_count(ratio, len(kept))])
    measures = measure_novelty(rows, codes, asked, companions, penalty=coordinates.penalty)
    found = _calibrated(trial, measures)
    sensitivity = _sensitivity(trial.new_codes, found.new)
    if sensitivity.value < MIN_SENSITIVITY:
        return NoTopics(
            f"records of labels that are hidden from train are called new in {sensitivity.value:.0%} of cases, others "
            f"in {FALSE_ALARMS:.0%}: the labels do not follow the topics of the texts"
        )
    return QueryNovelty(found.queries, sensitivity, kept[trial.known_rows], found.known)


class _Calibrated(NamedTuple):
    """Normal scores of three sets of rows."""

    known: Scores
    new: Scores
    queries: Scores


def _calibrated(trial: TrialOutcome, queries: NoveltyMeasures) -> _Calibrated:
    """The higher of two scores, with and without companions: a query that nobody else asks has none."""
    alone = _combined(trial, queries, 2)
    shift = _companion_shift(trial, queries, alone)
    moved = queries._replace(companions=queries.companions - shift)
    both = _combined(trial, moved, 3)
    higher = [np.maximum(one, other) for one, other in zip(alone, both, strict=True)]
    return _Calibrated(*(normal_scores(scores, higher[0]) for scores in higher))


def _companion_shift(trial: TrialOutcome, queries: NoveltyMeasures, alone: _Calibrated) -> float:
    """How much nearer to each other surely known queries are than train rows: traffic differs from train in wording.

    At most as much as a tenth of known rows differ from their median: more is not explained by wording.
    """
    sure = alone.queries < 0
    if sure.mean() < MIN_CONFIDENT_SHARE:
        return 0.0
    usual = trial.known.companions[alone.known < 0]
    median = quantile(usual, 0.5)
    shift = quantile(queries.companions[sure], 0.5) - median
    return min(max(shift, 0.0), quantile(usual, UNUSUAL) - median)


def _combined(trial: TrialOutcome, queries: NoveltyMeasures, count: int) -> _Calibrated:
    """The first `count` measures as one score, with the weights that tell hidden labels from known ones best."""
    known, new, asked = (
        np.stack([normal_scores(own, usual) for own, usual in zip(measures, trial.known, strict=True)][:count], axis=1)
        for measures in (trial.known, trial.new, queries)
    )
    weights = _weights(known, new)
    reference = known @ weights
    return _Calibrated(*(normal_scores(rows @ weights, reference) for rows in (known, new, asked)))


def _weights(known: Scores, new: Scores) -> Scores:
    """Weights of a logistic regression that are not negative: a measure that misleads does not count."""
    from sklearn.linear_model import LogisticRegression

    rows, is_new = np.concatenate([known, new]), np.repeat([0, 1], [len(known), len(new)])
    weights, used = np.zeros(rows.shape[1]), np.arange(rows.shape[1])
    while len(used):
        found = LogisticRegression(class_weight="balanced").fit(rows[:, used], is_new).coef_[0]
        if (found >= 0).all():
            weights[used] = found
            break
        used = used[found >= 0]
    return weights


def _sensitivity(codes: RowIndices, scores: Scores) -> Measured:
    called = scores > new_from()
    counts = count_by_cluster(zip(codes.tolist(), called.astype(int).tolist(), [1] * len(codes), strict=True))
    hits, rows = sum(one.hits for one in counts), sum(one.rows for one in counts)
    return Measured(hits / rows, *wilson_bounds(hits / rows, effective_count(counts).rows), rows)


def _evenly(labels: NDArray[np.str_], count: int) -> RowIndices:
    """Positions of at most `count` rows: the first ones of every label, equally many where there are enough."""
    codes = np.unique(labels, return_inverse=True)[1]
    rank = rank_in_group(codes, np.arange(len(codes)))
    return np.sort(np.argsort(rank, kind="stable")[:count])
