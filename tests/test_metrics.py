from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix as reference_matrix
from sklearn.metrics import f1_score

from training.metrics import (
    by_similarity,
    calibration_error,
    confused_pairs,
    confusion_matrix,
    macro_f1,
    macro_f1_interval,
    measure,
    proportion,
)

LABELS = ["a", "b", "c"]
answers = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    share = proportion(*counts)
    reference = binomtest(*counts).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_no_trial_is_not_zero() -> None:
    assert proportion(0, 0).value is None


@given(answers)
def test_matrix_and_macro_f1_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    matrix = confusion_matrix(gold, predicted, LABELS)
    assert np.array_equal(matrix, reference_matrix(gold, predicted, labels=LABELS))
    present = sorted(set(gold))
    expected = f1_score(gold, predicted, labels=present, average="macro", zero_division=0)
    assert macro_f1(matrix) == pytest.approx(expected)


def test_the_bootstrap_interval_surrounds_the_score_and_repeats_itself() -> None:
    generator = np.random.default_rng(3)
    gold = generator.choice(LABELS, 300).tolist()
    predicted = [g if generator.random() < 0.8 else "a" for g in gold]
    low, high = macro_f1_interval(gold, predicted, LABELS, seed=1)
    assert low < macro_f1(confusion_matrix(gold, predicted, LABELS)) < high
    assert [low, high] == macro_f1_interval(gold, predicted, LABELS, seed=1)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    correct = np.array([True] * 9 + [False] + [False] * 10)
    assert calibration_error(confidence, correct) == pytest.approx(0.25)  # gaps 0 and 0.5, ten rows each


def test_confused_pairs_are_counted_the_most_frequent_first() -> None:
    found = confused_pairs(["a", "a", "b", "c"], ["b", "b", "a", "c"])
    assert found == [
        {"gold": "a", "predicted": "b", "count": 2},
        {"gold": "b", "predicted": "a", "count": 1},
    ]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1))
def test_every_row_lies_in_one_similarity_bin(similarity: list[float]) -> None:
    rows = by_similarity(np.array(similarity, dtype=np.float32), np.ones(len(similarity), dtype=bool))
    assert sum(row["rows"] for row in rows) == len(similarity)


def test_out_of_scope_is_measured_apart_or_said_to_be_not_measured() -> None:
    def of(gold: list[str], predicted: list[str], fallback: str | None) -> dict[str, object]:
        ones = np.ones(len(gold))
        return measure(gold, predicted, ones, ones.astype(np.float32), labels=LABELS, fallback=fallback, seed=0)

    measures = of(["a", "c", "c", "b"], ["a", "c", "a", "c"], "c")
    assert measures["in_scope_accuracy"] == 0.5
    assert measures["out_of_scope"]["recall"]["value"] == 0.5
    assert measures["out_of_scope"]["precision"]["value"] == 0.5
    assert of(["a"], ["a"], None)["out_of_scope"]["status"] == "not_measured"
    assert of(["a"], ["a"], "c")["out_of_scope"]["status"] == "not_measured"
