from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support
from sklearn.metrics import confusion_matrix as reference_matrix

from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.calibration import calibration_error
from winnow.training.evaluation.evaluation_facts import ErrorCount
from winnow.training.evaluation.metrics import (
    NO_ANSWER,
    confused_pairs,
    confusion_matrix,
    headline_metrics,
    macro_f1,
    metrics_by_route,
)
from winnow.training.evaluation.slices import accuracy_by_similarity
from winnow.validators.stats.macro_f1 import macro_f1_with_interval

LABELS = ["a", "b", "c"]

answers = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60)


@given(answers)
def test_matrix_and_macro_f1_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    matrix = confusion_matrix(gold, predicted, LABELS)
    assert np.array_equal(matrix, reference_matrix(gold, predicted, labels=LABELS))
    present = sorted(set(gold))
    expected = f1_score(gold, predicted, labels=present, average="macro", zero_division=0)
    assert macro_f1(matrix) == pytest.approx(expected)


def macro_f1_figure(gold: Sequence[str], predicted: Sequence[str], *, seed: int) -> Measured:
    figure = macro_f1_with_interval(gold, predicted, LABELS, seed=seed).figure
    assert isinstance(figure, Measured)
    return figure


@given(answers)
def test_macro_f1_with_an_interval_is_the_same_macro_f1(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    found = macro_f1_figure(gold, predicted, seed=0)
    assert found.value == pytest.approx(macro_f1(confusion_matrix(gold, predicted, LABELS)))
    assert 0 <= found.low <= found.high <= 1
    assert found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high


def test_the_interval_repeats_itself_and_does_not_shrink_to_a_point_when_all_is_right() -> None:
    generator = np.random.default_rng(3)
    gold = generator.choice(LABELS, 300).tolist()
    predicted = [g if generator.random() < 0.8 else "a" for g in gold]
    assert macro_f1_figure(gold, predicted, seed=1) == macro_f1_figure(gold, predicted, seed=1)
    perfect = macro_f1_figure(gold, gold, seed=1)
    assert perfect.value == perfect.high == 1
    assert 0.97 < perfect.low < 0.99  # the percentile bootstrap would say 1 to 1


def test_a_rare_label_makes_macro_f1_uncertain() -> None:
    even = ["a", "b", "c"] * 100
    rare = ["a"] * 148 + ["b"] * 148 + ["c"] * 4
    assert macro_f1_figure(rare, rare, seed=0).low < macro_f1_figure(even, even, seed=0).low - 0.05


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    correct = np.array([True] * 9 + [False] + [False] * 10)
    assert calibration_error(confidence, correct) == pytest.approx(0.25)  # gaps 0 and 0.5, ten rows each


def test_confused_pairs_are_counted_the_most_frequent_first() -> None:
    found = confused_pairs(["a", "a", "b", "c"], ["b", "b", "a", "c"])
    assert found == [
        ErrorCount(gold="a", predicted="b", count=2),
        ErrorCount(gold="b", predicted="a", count=1),
    ]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1))
def test_every_row_lies_in_one_similarity_bin(similarity: list[float]) -> None:
    rows = accuracy_by_similarity(np.array(similarity, dtype=np.float32), np.ones(len(similarity), dtype=bool))
    assert sum(row.rows for row in rows) == len(similarity)


def test_every_figure_of_the_headline_is_scikit_learns() -> None:
    generator = np.random.default_rng(1)
    gold = generator.choice(LABELS, 200).tolist()
    predicted = [g if generator.random() < 0.7 else "b" for g in gold]
    found = headline_metrics(gold, predicted, labels=[*LABELS, "unseen"], fallback="c", seed=0)
    assert found.accuracy == pytest.approx(accuracy_score(gold, predicted))
    precision, recall, f1, rows = precision_recall_fscore_support(gold, predicted, labels=LABELS, zero_division=0)
    for i, one in enumerate(found.per_label[:3]):
        assert (one.label, one.rows) == (LABELS[i], rows[i])
        assert [one.precision, one.recall, one.f1] == pytest.approx([precision[i], recall[i], f1[i]])
        assert one.recall_interval[0] <= one.recall <= one.recall_interval[1]
    assert found.per_label[3].recall == NotMeasured("no rows of this label")
    assert found.per_label[3].precision == NotMeasured("this label was never predicted")
    inside = [(g, p) for g, p in zip(gold, predicted, strict=True) if g != "c"]
    assert found.in_scope_accuracy == pytest.approx(np.mean([g == p for g, p in inside]))


def test_without_a_row_in_scope_its_accuracy_is_not_measured() -> None:
    found = headline_metrics(["c", "c"], ["c", "a"], labels=LABELS, fallback="c", seed=0)
    assert found.in_scope_accuracy == NotMeasured("no rows are in scope")
    assert "in_scope_accuracy" not in found.intervals
    assert found.accuracy == 0.5


def test_no_answer_is_wrong_and_no_label() -> None:
    found = headline_metrics(["a", "b"], ["a", NO_ANSWER], labels=LABELS, fallback=None, seed=0)
    assert found.accuracy == 0.5
    assert found.confused_pairs == [ErrorCount(gold="b", predicted=NO_ANSWER, count=1)]
    assert [one.label for one in found.per_label] == LABELS


def test_a_route_is_right_more_often_than_its_labels() -> None:
    routes = {"a": "it", "b": "it", "c": None}
    found = metrics_by_route(["a", "a", "b", "c"], ["b", "a", "c", "c"], routes)
    assert found.accuracy.value == 0.75  # the label in 2 of 4
    assert {one.route: one.rows for one in found.per_route} == {"it": 3, "c": 1}
    assert metrics_by_route(["a"], ["a"], dict.fromkeys(LABELS)) == NotMeasured("the task defines no routes")
