"""The soft probe minimizes what it says, and equals scikit-learn's where scikit-learn can fit the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from winnow.curation.engine.linear_probe import fit_probe
from winnow.training.distillation.soft_labels import in_order
from winnow.training.distillation.soft_probe import fit_soft_probe
from winnow.training.predictions import Predictions

CLASSES = ["a", "b", "c"]

ROWS = 90


@pytest.fixture(scope="module")
def vectors() -> Any:
    generator = np.random.default_rng(0)
    centers = generator.normal(size=(3, 6))
    found = np.vstack([centers[i % 3] for i in range(ROWS)]) + 0.8 * generator.normal(size=(ROWS, 6))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


LABELS = [CLASSES[i % 3] for i in range(ROWS)]


@pytest.fixture(scope="module")
def soft() -> Predictions:
    return Predictions(CLASSES, np.random.default_rng(1).dirichlet([0.7] * 3, size=ROWS))


def test_without_weight_the_teacher_changes_nothing(vectors: Any, soft: Predictions) -> None:
    found = fit_soft_probe(vectors, LABELS, soft, weight=0, temperature=3.0)
    assert found.classes == CLASSES
    assert np.allclose(found.probabilities(vectors), fit_probe(vectors, LABELS).probabilities(vectors), atol=2e-3)


@pytest.mark.parametrize("weight", [0.4, 1.0])
def test_at_temperature_one_it_is_the_fit_of_scikit_learn_to_weighted_rows(
    vectors: Any, soft: Predictions, weight: float
) -> None:
    from sklearn.linear_model import LogisticRegression

    given = np.array([[label == name for name in CLASSES] for label in LABELS], dtype=float)
    targets = (1 - weight) * given + weight * soft.probabilities
    reference = LogisticRegression(C=10.0, max_iter=1000).fit(
        np.repeat(vectors, 3, axis=0), CLASSES * ROWS, sample_weight=targets.ravel()
    )
    found = fit_soft_probe(vectors, LABELS, soft, weight=weight, temperature=1.0)
    assert np.allclose(found.probabilities(vectors), reference.predict_proba(vectors), atol=2e-3)


@pytest.mark.parametrize("temperature", [0.5, 2.0, 5.0])
def test_at_any_temperature_it_finds_the_teacher_that_it_can_be(vectors: Any, temperature: float) -> None:
    """A teacher that is a probe itself is the minimum at every temperature, if there is next to no penalty."""
    teacher = fit_probe(vectors, LABELS, inverse_penalty=1.0)
    stated = Predictions(CLASSES, teacher.probabilities(vectors).astype(np.float64))
    found = fit_soft_probe(vectors, LABELS, stated, weight=1.0, temperature=temperature, inverse_penalty=1e5)
    assert np.allclose(found.probabilities(vectors), stated.probabilities, atol=0.02)


def test_classes_are_put_in_order_and_others_left_out() -> None:
    given = Predictions(["c", "a", "b"], np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]]))
    found = in_order(given, ["a", "b"])
    assert np.allclose(found.probabilities, [[0.6, 0.4], [0.5, 0.5]])


def test_one_class_needs_no_fit(vectors: Any) -> None:
    only = Predictions(["a"], np.ones((ROWS, 1)))
    assert fit_soft_probe(vectors, ["a"] * ROWS, only, weight=0.5, temperature=2.0).classes == ["a"]
