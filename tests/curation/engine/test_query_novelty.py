"""Novelty of queries on planted topics: known ones, missing ones, siblings, and data made to fool it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from winnow.core.result import NotMeasured
from winnow.curation.engine.query_novelty import LabeledVectors, NoTopics, QueryNovelty, is_new, judge_novelty
from winnow.validators.stats.auroc import auroc

DIMENSIONS = 24


class Planted(NamedTuple):
    """Rows of topics."""

    vectors: np.ndarray
    labels: np.ndarray


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def centers(count: int, seed: int = 0) -> np.ndarray:
    """Centers of topics in pairs of siblings."""
    random = np.random.default_rng(seed)
    parents = random.normal(size=((count + 1) // 2, DIMENSIONS))
    return unit(np.repeat(parents, 2, axis=0)[:count] + 0.6 * random.normal(size=(count, DIMENSIONS)))


def planted(topics: np.ndarray, rows: int, seed: int, spread: float = 0.12) -> Planted:
    """So many rows of each topic, in random order."""
    random = np.random.default_rng(seed)
    codes = random.permutation(np.repeat(np.arange(len(topics)), rows))
    return Planted(unit(topics[codes] + spread * random.normal(size=(len(codes), DIMENSIONS))), codes)


def judged(train: Planted, queries: np.ndarray, groups: np.ndarray | None = None) -> QueryNovelty | NotMeasured:
    numbers = np.arange(len(train.labels)) if groups is None else groups
    labeled = LabeledVectors(train.vectors, train.labels.astype(str), numbers, np.ones(len(train.labels), dtype=bool))
    return judge_novelty(labeled, queries, 10_000 + np.arange(len(queries)))


def measured(train: Planted, queries: np.ndarray) -> QueryNovelty:
    found = judged(train, queries)
    assert isinstance(found, QueryNovelty)
    return found


@pytest.fixture(scope="module")
def topics() -> np.ndarray:
    return centers(14)


@pytest.fixture(scope="module")
def train(topics: np.ndarray) -> Planted:
    return planted(topics[:12], 25, seed=1)


def test_known_queries_are_seldom_called_new_and_those_of_missing_labels_mostly(
    topics: np.ndarray, train: Planted
) -> None:
    known, missing = planted(topics[:12], 20, seed=2).vectors, planted(topics[12:], 30, seed=3).vectors
    mixed = measured(train, np.concatenate([known, missing]))
    is_missing = np.repeat([False, True], [len(known), len(missing)])
    area = auroc(mixed.scores, is_missing)
    assert not isinstance(area, NotMeasured)
    assert area.value > 0.95
    assert is_new(mixed)[~is_missing].mean() <= 0.13
    assert is_new(mixed)[is_missing].mean() >= 0.8
    assert is_new(measured(train, known)).mean() <= 0.13
    assert is_new(measured(train, missing)).mean() >= 0.8


def test_a_missing_sibling_is_seen_although_every_query_has_a_near_train_record(topics: np.ndarray) -> None:
    """Topics 12 and 13 are siblings: with one in train, the queries of the other are near it."""
    train = planted(topics[:13], 25, seed=1)
    sibling = planted(topics[13:], 30, seed=3).vectors
    known = planted(topics[:13], 20, seed=2).vectors
    found = measured(train, np.concatenate([known, sibling]))
    assert is_new(found)[len(known) :].mean() >= 0.4
    assert is_new(found)[: len(known)].mean() <= 0.08


def test_the_order_of_queries_changes_only_the_order_of_scores(topics: np.ndarray, train: Planted) -> None:
    """Fewer queries than companions: then all of them are companions in any order."""
    queries = planted(topics, 4, seed=4).vectors
    order = np.random.default_rng(5).permutation(len(queries))
    straight, shuffled = measured(train, queries), measured(train, queries[order])
    np.testing.assert_allclose(shuffled.scores, straight.scores[order], atol=0.05)


def test_queries_of_a_train_group_do_not_have_their_own_record_as_neighbor(train: Planted) -> None:
    labeled = LabeledVectors(
        train.vectors, train.labels.astype(str), np.arange(len(train.labels)), np.ones(len(train.labels), dtype=bool)
    )
    own = judge_novelty(labeled, train.vectors[:60], np.arange(60))
    copies = judge_novelty(labeled, train.vectors[:60], 10_000 + np.arange(60))
    assert isinstance(own, QueryNovelty)
    assert isinstance(copies, QueryNovelty)
    assert own.scores.mean() > copies.scores.mean() + 0.5


def test_a_query_that_nobody_else_asks_is_called_new_if_it_is_far_from_train(
    topics: np.ndarray, train: Planted
) -> None:
    known, strange = planted(topics[:12], 20, seed=2).vectors, unit(np.random.default_rng(9).normal(size=(3, 24)))
    found = measured(train, np.concatenate([known, strange]))
    assert is_new(found)[-3:].all()


def test_random_labels_are_not_measured(train: Planted) -> None:
    shuffled = train._replace(labels=np.random.default_rng(7).permutation(train.labels))
    found = judged(shuffled, train.vectors[:100])
    assert isinstance(found, NotMeasured)
    assert isinstance(found, NoTopics)


def test_a_label_with_three_records_and_one_split_in_two_change_nothing(topics: np.ndarray, train: Planted) -> None:
    few = planted(topics[12:13], 3, seed=6)
    halves = np.where((train.labels == 0) & (np.arange(len(train.labels)) % 2 == 0), 20, train.labels)
    fooled = Planted(np.concatenate([train.vectors, few.vectors]), np.concatenate([halves, few.labels + 30]))
    known, missing = planted(topics[:12], 20, seed=2).vectors, planted(topics[13:], 30, seed=3).vectors
    found = measured(fooled, np.concatenate([known, missing]))
    assert is_new(found)[: len(known)].mean() <= 0.15
    assert is_new(found)[len(known) :].mean() >= 0.6


def test_traffic_of_another_wording_is_not_called_new_as_a_whole(topics: np.ndarray, train: Planted) -> None:
    """All queries share an offset, like a greeting before every query."""
    offset = 0.25 * unit(np.random.default_rng(11).normal(size=(1, DIMENSIONS)))
    known = unit(planted(topics[:12], 20, seed=2).vectors + offset)
    assert is_new(measured(train, known)).mean() <= 0.5


@pytest.mark.parametrize("labels", [1, 2])
def test_too_few_labels_are_not_measured(topics: np.ndarray, labels: int) -> None:
    found = judged(planted(topics[:labels], 30, seed=1), planted(topics, 2, seed=2).vectors)
    assert isinstance(found, NotMeasured)
    assert f"{labels} labels with at least 5 groups" in found.why


def test_records_of_one_group_are_one_record(topics: np.ndarray) -> None:
    train = planted(topics[:6], 12, seed=1)
    found = judged(train, train.vectors[:20], groups=train.labels)
    assert isinstance(found, NotMeasured)


def test_one_query_and_equal_queries_are_scored(train: Planted) -> None:
    assert len(measured(train, train.vectors[:1]).scores) == 1
    assert np.isfinite(measured(train, np.repeat(train.vectors[:1], 40, axis=0)).scores).all()
