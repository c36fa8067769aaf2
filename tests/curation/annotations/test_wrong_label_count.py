"""How many labels are wrong: planted errors lie in the interval, and data made to deceive is named, not counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from winnow.core.result import Measured, NotMeasured
from winnow.curation.annotations.correction_steps import wrong_label_line
from winnow.curation.annotations.label_errors import JudgedLabel, JudgedLabels, judge_labels
from winnow.curation.annotations.wrong_label_count import (
    FOUND_SHARE,
    MIN_SURE,
    NOTHING_IN_COMMON,
    TOO_FEW,
    WrongLabelCount,
    contradicts,
    suspected_by_model,
    wrong_label_count,
)

DIMENSIONS = 16


class Planted(NamedTuple):
    """Unit vectors around orthogonal centres, and the topic of each as its label."""

    vectors: np.ndarray
    labels: list[str]


class Counted(NamedTuple):
    """What was judged, and the count."""

    judged: JudgedLabels
    count: WrongLabelCount


def topics(*sizes: int, seed: int = 0, spread: float = 0.2) -> Planted:
    topic = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.eye(DIMENSIONS)[topic] + spread * np.random.default_rng(seed).normal(size=(len(topic), DIMENSIONS))
    return Planted(unit(rows), [f"topic {one}" for one in topic])


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def count(vectors: np.ndarray, labels: Sequence[str]) -> Counted:
    judged = judge_labels(vectors, labels, [f"group {row:04d}" for row in range(len(labels))])
    return Counted(judged, wrong_label_count(judged))


def measured(found: Counted) -> Measured:
    assert isinstance(found.count.wrong, Measured)
    return found.count.wrong


@pytest.mark.parametrize("planted", [0, 12, 48])
def test_the_interval_holds_the_planted_errors_and_the_read_first_hold_most(planted: int) -> None:
    vectors, labels = topics(*[60] * 6)
    wrong = np.random.default_rng(planted).choice(len(labels), planted, replace=False).tolist()
    for row in wrong:
        labels[row] = f"topic {(int(labels[row][-1]) + 1 + row % 5) % 6}"
    found = count(vectors, labels)
    estimate = measured(found)
    assert estimate.low <= planted <= estimate.high
    assert estimate.high < planted + 30
    assert estimate.rows == len(labels)
    shown = suspected_by_model(found.judged.ranked, found.count)
    assert {one.position for one in shown} >= set(wrong)
    first = {one.position for one in shown[: found.count.read_first]}
    assert len(first & set(wrong)) >= (FOUND_SHARE - 0.15) * planted


def test_no_more_are_suspected_than_it_takes_to_find_what_may_be_wrong() -> None:
    found = count(*topics(*[60] * 6, spread=0.42))
    high = max(round(measured(found).high), found.count.read_first or 0)
    contradicted = [one for one in found.judged.ranked if contradicts(one)]
    assert len(contradicted) > high
    assert suspected_by_model(found.judged.ranked, found.count) == contradicted[:high]


def test_near_copies_of_a_wrong_record_do_not_confirm_it() -> None:
    vectors, labels = topics(*[40] * 4)
    generator = np.random.default_rng(1)
    wrong = [*range(0, 6), *range(40, 46)]
    for first in (0, 3, 40, 43):
        copies = vectors[first] + 0.05 * generator.normal(size=(3, DIMENSIONS))
        vectors[first : first + 3] = unit(copies)
        labels[first : first + 3] = ["topic 3" if first < 40 else "topic 2"] * 3
    found = count(vectors, labels)
    assert {one.position for one in found.judged.ranked[: len(wrong)]} == set(wrong)
    assert found.judged.design_effect > 1.5


def test_random_labels_are_not_counted_and_nobody_is_suspected() -> None:
    vectors, labels = topics(*[60] * 4)
    shuffled = np.random.default_rng(0).permutation(labels).tolist()
    found = count(vectors, shuffled)
    assert found.count == WrongLabelCount(wrong=NOTHING_IN_COMMON)
    assert suspected_by_model(found.judged.ranked, found.count) == []
    assert "not measured" in wrong_label_line(found.count)


@pytest.mark.parametrize("seed", range(3))
def test_two_labels_that_are_one_are_named_and_their_records_are_not_counted(seed: int) -> None:
    vectors, labels = topics(400, 60, 60, 60, seed=seed)
    one_of_two = np.random.default_rng(seed).integers(0, 2, 400)
    labels[:400] = [f"half {side}" for side in one_of_two]
    found = count(vectors, labels)
    assert found.count.indistinct_labels == (("half 0", "half 1"),)
    assert measured(found).rows <= 180
    assert measured(found).low == 0
    assert not [one for one in suspected_by_model(found.judged.ranked, found.count) if one.given.startswith("half")]
    assert "a model does not tell apart: half 0 and half 1" in wrong_label_line(found.count)


def test_a_label_that_is_two_is_no_error() -> None:
    vectors, labels = topics(*[60] * 5)
    found = count(vectors, ["topic 0" if label == "topic 1" else label for label in labels])
    assert measured(found).low == 0
    assert measured(found).high <= 12
    assert suspected_by_model(found.judged.ranked, found.count) == []


def test_a_label_with_three_records_is_named_and_not_counted() -> None:
    vectors, labels = topics(80, 80, 80, 3)
    found = count(vectors, labels)
    assert found.judged.unscored_labels == {"topic 3": 3}
    assert measured(found).rows == 240


def test_near_duplicates_across_labels_are_indistinct_labels() -> None:
    vectors, labels = topics(60, 60, 60)
    copies = unit(vectors[:60] + 0.01 * np.random.default_rng(0).normal(size=(60, DIMENSIONS)))
    found = count(np.vstack([vectors, copies]), [*labels, *["copied"] * 60])
    assert found.count.indistinct_labels == (("copied", "topic 0"),)
    assert measured(found).rows == 120


def test_few_records_are_not_enough_and_all_suspects_are_shown() -> None:
    vectors, labels = topics(20, 20)
    labels[0] = "topic 1"
    found = count(vectors, labels)
    assert found.count == WrongLabelCount(wrong=TOO_FEW)
    assert [one.position for one in suspected_by_model(found.judged.ranked, found.count)] == [0]
    assert wrong_label_line(found.count).startswith("how many labels are wrong is not measured: fewer than 100")


def test_nothing_judged_is_not_measured() -> None:
    assert isinstance(wrong_label_count(JudgedLabels([], {})).wrong, NotMeasured)


def test_what_a_person_confirmed_is_neither_wrong_nor_a_suspect() -> None:
    ranked = [JudgedLabel(row, 9.0 - row / 100, "a", "b", 0.1, 0.9) for row in range(20)]
    ranked += [JudgedLabel(20 + row, 1.0, "b", "a", 0.01, 0.99 if row < 5 else 0.001) for row in range(200)]
    judged = JudgedLabels(ranked, {}, read_first=10)
    confirmed = set(range(8))
    before, after = wrong_label_count(judged), wrong_label_count(judged, confirmed=confirmed)
    assert isinstance(before.wrong, Measured)
    assert isinstance(after.wrong, Measured)
    assert after.wrong.value < before.wrong.value
    assert after.wrong.rows == before.wrong.rows - len(confirmed)
    assert (before.read_first, after.read_first) == (10, 2)
    shown = suspected_by_model(ranked, after, confirmed=confirmed)
    assert {one.position for one in shown[-8:]} == confirmed


def test_the_smallest_number_of_sure_records_is_enough() -> None:
    """Half of the records predicted as one label are sure, rounded up."""
    for records, enough in ((2 * MIN_SURE - 2, False), (2 * MIN_SURE, True)):
        ranked = [JudgedLabel(row, 1.0, "a", "b", 0.9, 0.1) for row in range(records)]
        assert isinstance(wrong_label_count(JudgedLabels(ranked, {})).wrong, Measured) == enough
