"""Suspects: planted errors are found, groups are never split, order changes nothing, and rare labels are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.curation.annotations.label_errors import (
    LabelErrorRanking,
    SuspectedLabelError,
    find_label_errors,
)
from winnow.curation.annotations.nearest_of_label import NEAREST_SHOWN
from winnow.curation.annotations.out_of_fold import FOLDS, assign_folds, out_of_fold_probabilities

DIMENSIONS = 24


def topics(sizes: list[int], seed: int = 0, spread: float = 0.12) -> tuple[np.ndarray, list[str]]:
    """Unit vectors around orthogonal centres, and the topic of each as its label."""
    topic = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.eye(DIMENSIONS)[topic] + spread * np.random.default_rng(seed).normal(size=(len(topic), DIMENSIONS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), [f"topic {one}" for one in topic]


def alone(count: int) -> list[str]:
    return [f"group {number}" for number in range(count)]


def by_position(found: LabelErrorRanking) -> dict[int, SuspectedLabelError]:
    return {suspect.position: suspect for suspect in found.ranked}


@pytest.mark.parametrize("seed", range(3))
def test_planted_errors_stand_first_with_their_true_label_proposed(seed: int) -> None:
    vectors, true = topics([30] * 6, seed)
    planted = np.random.default_rng(seed).choice(len(true), 18, replace=False).tolist()
    labels = list(true)
    for row in planted:
        labels[row] = f"topic {(int(true[row][-1]) + 1 + row % 5) % 6}"
    found = find_label_errors(vectors, labels, alone(len(labels)), seed=seed)
    assert {suspect.position for suspect in found.ranked[:18]} == set(planted)
    for suspect in found.ranked[:18]:
        assert (suspect.given, suspect.proposed) == (labels[suspect.position], true[suspect.position])
        assert suspect.proposed_probability > suspect.given_probability
    assert all(suspect.proposed_probability < suspect.given_probability for suspect in found.ranked[18:])
    assert found.suspected == found.ranked[:18]


def test_every_judged_row_stands_once_in_falling_order() -> None:
    vectors, labels = topics([20, 12, 4, 1])
    found = find_label_errors(vectors, labels, alone(len(labels)))
    assert sorted(by_position(found)) == list(range(32))
    scores = [suspect.score for suspect in found.ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(suspect.given != suspect.proposed for suspect in found.ranked)


def test_rare_labels_are_named_and_still_proposed() -> None:
    vectors, labels = topics([30, 30, FOLDS - 1])
    labels[0] = "topic 1"
    strayed = len(labels) - 1
    labels[strayed] = "topic 0"  # lies among the rare ones
    found = find_label_errors(vectors, labels, alone(len(labels)))
    assert found.unscored_labels == {"topic 2": FOLDS - 2}
    assert "topic 2" not in {suspect.given for suspect in found.ranked}
    assert by_position(found)[strayed].proposed == "topic 2"


def test_a_label_is_rare_by_its_groups_not_by_its_records() -> None:
    vectors, labels = topics([30, 30, 30])
    groups = [*alone(60), *(f"seed {row % 2}" for row in range(30))]
    found = find_label_errors(vectors, labels, groups)
    assert found.unscored_labels == {"topic 2": 2}
    assert len(found.ranked) == 60


def test_a_group_does_not_vouch_for_itself() -> None:
    """Variations of one wrongly labeled seed agree with each other; only other groups are asked."""
    vectors, labels = topics([30, 30])
    wrong = range(8)
    for row in wrong:
        labels[row] = "topic 1"
    groups = alone(60)
    for row in wrong:
        groups[row] = "one seed"
    found = find_label_errors(vectors, labels, groups)
    assert {suspect.position for suspect in found.ranked[:8]} == set(wrong)
    for suspect in found.ranked[:8]:
        assert not {position for position, _ in suspect.near_given} & set(wrong)


@given(st.integers(0, 60), st.integers(1, 5), st.integers(1, 40), st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_folds_hold_whole_groups_and_do_not_hang_on_the_order(n: int, names: int, kin: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = [f"label {one}" for one in rng.integers(0, names, n)]
    groups = [f"group {one}" for one in rng.integers(0, kin, n)]
    fold = assign_folds(labels, groups, seed)
    assert len({(group, one) for group, one in zip(groups, fold.tolist(), strict=True)}) == len(set(groups))
    assert all(0 <= one < FOLDS for one in fold)
    order = rng.permutation(n)
    assert np.array_equal(assign_folds([labels[i] for i in order], [groups[i] for i in order], seed), fold[order])


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_folds_spread_every_label_evenly(sizes: list[int], seed: int) -> None:
    labels = [f"label {number}" for number, size in enumerate(sizes) for _ in range(size)]
    fold = assign_folds(labels, alone(len(labels)), seed)
    for label in set(labels):
        counts = np.bincount(fold[np.array(labels) == label], minlength=FOLDS)
        assert counts.max() - counts.min() <= 1
    counts = np.bincount(fold, minlength=FOLDS)
    assert counts.max() - counts.min() <= len(sizes)


@given(st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_rows_in_another_order_give_each_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, labels = topics([12, 9, 8, 3], seed, spread=0.3)
    groups = [f"group {one}" for one in rng.integers(0, 25, len(labels))]
    found = find_label_errors(vectors, labels, groups, seed=seed)
    order = rng.permutation(len(labels))
    shuffled = find_label_errors(vectors[order], [labels[i] for i in order], [groups[i] for i in order], seed=seed)
    assert shuffled.unscored_labels == found.unscored_labels

    def moved(near: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
        return tuple((int(order[position]), cosine) for position, cosine in near)

    for one, other in zip(found.ranked, shuffled.ranked, strict=True):
        assert one.position == order[other.position]
        assert (one.score, one.proposed, one.given_probability) == (
            other.score,
            other.proposed,
            other.given_probability,
        )
        assert (one.near_given, one.near_proposed) == (moved(other.near_given), moved(other.near_proposed))


def test_the_seed_decides_and_nothing_else() -> None:
    vectors, labels = topics([10, 10, 10], spread=0.4)
    groups = alone(30)
    first = find_label_errors(vectors, labels, groups, seed=1)
    assert find_label_errors(vectors, labels, groups, seed=1) == first
    other = find_label_errors(vectors, labels, groups, seed=2)
    assert [suspect.score for suspect in other.ranked] != [suspect.score for suspect in first.ranked]


def test_the_evidence_is_what_an_exhaustive_search_finds() -> None:
    vectors, labels = topics([15, 15, 15], spread=0.4)
    groups = [f"group {row % 20}" for row in range(45)]
    for suspect in find_label_errors(vectors, labels, groups).ranked:
        for label, near in ((suspect.given, suspect.near_given), (suspect.proposed, suspect.near_proposed)):
            may = [i for i in range(45) if labels[i] == label and groups[i] != groups[suspect.position]]
            cosine = {i: float(vectors[i].astype(np.float64) @ vectors[suspect.position]) for i in may}
            best = sorted(may, key=lambda i: -cosine[i])[:NEAREST_SHOWN]
            assert [position for position, _ in near] == best
            assert [value for _, value in near] == pytest.approx([cosine[i] for i in best], abs=1e-6)


def test_probabilities_come_from_probes_that_did_not_see_the_row() -> None:
    """A row of a label of its own can only be believed by a probe that was fitted to it."""
    vectors, labels = topics([20, 20])
    labels[0] = "mine"
    probabilities, names = out_of_fold_probabilities(
        vectors, labels, [assign_folds(labels, alone(40), seed) for seed in range(4)]
    )
    assert names == ["mine", "topic 0", "topic 1"]
    assert probabilities[0, 0] == 0
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("sizes", "unscored_labels"),
    [([], {}), ([1], {"topic 0": 1}), ([20], {"topic 0": 20}), ([1, 1], {"topic 0": 1, "topic 1": 1})],
    ids=["empty", "one row", "one label", "two rows"],
)
def test_where_nothing_can_be_judged_the_labels_are_named(sizes: list[int], unscored_labels: dict[str, int]) -> None:
    vectors, labels = topics(sizes)
    assert find_label_errors(vectors, labels, alone(len(labels))) == LabelErrorRanking([], unscored_labels)


@pytest.mark.parametrize("sizes", [[20, 1], [FOLDS, FOLDS], [6, 1, 1]])
def test_the_smallest_that_can_be_judged_is(sizes: list[int]) -> None:
    vectors, labels = topics(sizes)
    found = find_label_errors(vectors, labels, alone(len(labels)))
    assert len(found.ranked) == sum(size for size in sizes if size >= FOLDS)
    assert all(np.isfinite(suspect.score) for suspect in found.ranked)


def test_copies_under_every_label_are_no_reason_to_fail() -> None:
    vectors = np.tile(topics([1])[0], (30, 1))
    found = find_label_errors(vectors, [f"label {row % 3}" for row in range(30)], alone(30))
    assert len(found.ranked) == 30


def test_lengths_that_differ_are_refused() -> None:
    vectors, labels = topics([5, 5])
    with pytest.raises(ValueError, match="10 vectors, 9 labels, 10 groups"):
        find_label_errors(vectors, labels[:9], alone(10))
