"""The learning curve of labeled records: groups stay together, the order of rows does not matter."""

from __future__ import annotations

import numpy as np
import pytest

from winnow.curation.annotations import out_of_fold_curve as module
from winnow.curation.annotations.out_of_fold_curve import out_of_fold_curve


def topics(size: int, labels: int = 4, spread: float = 0.5) -> tuple[np.ndarray, list[str]]:
    topic = np.arange(size * labels) % labels
    noise = np.random.default_rng(0).normal(size=(len(topic), 12))
    rows = np.eye(12)[topic] + spread * noise
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), [f"label {one}" for one in topic]


def test_more_labels_answer_more_and_the_order_of_rows_does_not_matter() -> None:
    vectors, labels = topics(20)
    groups = [str(row) for row in range(len(labels))]
    curve = out_of_fold_curve(vectors, labels, groups)
    assert curve is not None
    assert curve.points.labels == 0.8 * 80
    assert 0.25 < curve.points.half.mean() < curve.points.whole.mean() < 1
    moved = np.random.default_rng(1).permutation(80)
    again = out_of_fold_curve(vectors[moved], [labels[i] for i in moved], [groups[i] for i in moved])
    assert again is not None
    assert np.array_equal(again.points.whole, curve.points.whole)


def test_copies_in_one_group_answer_nothing_for_each_other() -> None:
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(40, 64)), 5, axis=0).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = [str(one) for one in np.repeat(rng.integers(0, 2, 40), 5)]  # without any relation to the vectors
    together = out_of_fold_curve(vectors, labels, [str(row // 5) for row in range(200)])
    alone = out_of_fold_curve(vectors, labels, [str(row) for row in range(200)])
    assert together is not None
    assert alone is not None
    assert together.points.whole.mean() < 0.7
    assert alone.points.whole.mean() > 0.9


def test_there_is_no_curve_of_one_label_or_of_few_groups() -> None:
    vectors, labels = topics(5)
    rows = [str(row) for row in range(20)]
    assert out_of_fold_curve(vectors, ["a"] * 20, rows) is None
    assert out_of_fold_curve(vectors, labels, ["one"] * 10 + ["other"] * 10) is None
    assert out_of_fold_curve(vectors[:0], [], []) is None


def test_of_many_records_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECORDS", 30)
    vectors, labels = topics(20)
    curve = out_of_fold_curve(vectors, labels, [str(row) for row in range(80)])
    assert curve is not None
    assert (len(curve.points.whole), curve.points.labels) == (30, 0.8 * 30)
