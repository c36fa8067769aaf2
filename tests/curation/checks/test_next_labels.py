"""What the next labels are expected to buy: measured by `check`, shown by `status`, refused on data made to fool it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import winnow
from tests.support.commands import run_winnow
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import Split, State
from winnow.curation.annotations.out_of_fold_curve import out_of_fold_curve
from winnow.curation.checks.next_labels import (
    DERIVED,
    MIN_LABELED,
    NO_SIGNAL,
    NOTHING_LEFT,
    NextLabels,
    judge_curve,
    last_next_labels,
)
from winnow.curation.store.working_view import working_rows


def judged(vectors: np.ndarray, labels: list[str]) -> NextLabels:
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return judge_curve(out_of_fold_curve(unit, labels, [str(row) for row in range(len(labels))]), len(labels))


def topics(size: int, labels: int, spread: float = 0.3) -> tuple[np.ndarray, list[str]]:
    topic = np.arange(size * labels) % labels
    noise = np.random.default_rng(0).normal(size=(len(topic), 16))
    return np.eye(16)[topic] + spread * noise, [f"label {one}" for one in topic]


def test_labels_at_random_promise_nothing() -> None:
    vectors, labels = topics(50, 4)
    mixed = np.random.default_rng(1).permutation(labels).tolist()
    assert (judged(vectors, mixed).gain, judged(vectors, mixed).accuracy) == (NO_SIGNAL, NO_SIGNAL)
    assert isinstance(judged(vectors, labels).gain, Measured)


def test_two_labels_that_are_one_are_not_told_apart_by_more_labels() -> None:
    vectors, labels = topics(40, 3)
    halves = ["one name" if row % 2 else "another name" for row in range(40)]
    split = [halves[row // 3] if label == "label 0" else label for row, label in enumerate(labels)]
    found = judged(vectors, split)
    assert isinstance(found.gain, Measured)
    assert isinstance(found.accuracy, Measured)
    assert found.accuracy.high < 0.95
    assert found.gain.low <= 0 < found.gain.high


def test_an_annotator_who_answers_everything_alike_gives_no_curve() -> None:
    vectors, labels = topics(50, 4)
    assert isinstance(judged(vectors, ["label 0"] * len(labels)).gain, NotMeasured)
    nearly = ["label 1", *["label 0"] * (len(labels) - 1)]
    assert judged(vectors, nearly).gain == NO_SIGNAL


def test_a_label_of_three_records_changes_little() -> None:
    vectors, labels = topics(40, 4)
    without = judged(vectors, labels)
    rare = judged(np.vstack([vectors, np.eye(16)[[9, 9, 9]] + 0.01]), [*labels, *["rare"] * 3])
    assert isinstance(rare.gain, Measured)
    assert isinstance(without.gain, Measured)
    assert abs(rare.gain.value - without.gain.value) < 0.03


@pytest.fixture(scope="module")
def labeling(example_with_traffic: Path, tmp_path_factory: pytest.TempPathFactory) -> winnow.Workspace:
    """The example with queries that nobody labeled yet, not measured yet."""
    folder = tmp_path_factory.mktemp("labeling") / "ws"
    shutil.copytree(example_with_traffic, folder)
    workspace = winnow.open(folder)
    shutil.rmtree(workspace.folder.learning_curves, ignore_errors=True)
    return workspace


def test_status_says_what_the_next_labels_buy_once_a_check_measured_it(labeling: winnow.Workspace) -> None:
    assert "winnow check" in labeling.status().next_labels.gain.why
    labeling.check(["leakage=0.5"])  # tries a threshold, and keeps nothing
    assert isinstance(labeling.status().next_labels.gain, NotMeasured)
    labeling.check()
    found = labeling.status().next_labels
    assert isinstance(found.gain, Measured)
    assert isinstance(found.accuracy, Measured)
    assert found.labeled == found.accuracy.rows > MIN_LABELED
    assert found.gain.low < found.gain.value < found.gain.high <= 1
    printed = run_winnow("status", cwd=labeling.folder.root).stdout
    assert "next 100 labels" in printed
    assert f"measured on {found.labeled:,} labeled train records" in printed
    facts = json.loads(run_winnow("status", "--json", cwd=labeling.folder.root).stdout)["next_labels"]
    assert (facts["gain"]["value"], facts["labeled"], facts["added"]) == (found.gain.value, found.labeled, 100)


def test_what_cannot_be_measured_says_why(labeling: winnow.Workspace, tmp_path: Path) -> None:
    with labeling._context.store.reading() as connection:
        rows = working_rows(connection)
    task = labeling.task
    labeled = [r for r in rows if r.state == State.LABELED and r.assigned_split == Split.TRAIN]
    unlabeled = [r for r in rows if r.state == State.UNLABELED and r.assigned_split == Split.TRAIN]
    assert last_next_labels(labeled, task, tmp_path).gain == NOTHING_LEFT
    few = last_next_labels([*labeled[: MIN_LABELED - 1], *unlabeled], task, tmp_path).gain
    assert few == NotMeasured(f"{MIN_LABELED - 1} labeled train records, {MIN_LABELED} are needed")
    hold_out = [replace(row, assigned_split=Split.TEST) for row in unlabeled]
    assert last_next_labels([*labeled, *hold_out], task, tmp_path).gain == NOTHING_LEFT


def test_labels_that_follow_from_the_content_are_not_bought(frozen_dialogues: winnow.Workspace) -> None:
    assert frozen_dialogues.status().next_labels.gain == DERIVED
