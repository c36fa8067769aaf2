"""Cross-validation: each train row is predicted once, by a model without its group, and no other split is measured."""

from __future__ import annotations

import json
import shutil
import statistics
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.commands import run_winnow
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.curation.annotations.out_of_fold import assign_folds
from winnow.curation.releases.release import Release
from winnow.reports.evaluation_page import evaluation_page
from winnow.training.evaluation.evaluate import evaluate
from winnow.training.folds.cross_validation import (
    FOLDS_FILE,
    OUT_OF_FOLD_FILE,
    cross_validate,
    require_folds,
    stored_folds,
)
from winnow.training.folds.fold_facts import CrossValidation
from winnow.training.runs import Run
from winnow.validators.kinds.tools import TOOLS
from winnow.workspace import Workspace

Trained = tuple[Workspace, str]

FOLDS = 3


@pytest.fixture(scope="module")
def release(trained_example: Trained) -> Release:
    return trained_example[0].release("first")


@pytest.fixture(scope="module")
def measured(trained_example: Trained, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A copy of the run of the example, cross-validated where there are no test rows to read."""
    workspace, run_id = trained_example
    scratch = tmp_path_factory.mktemp("folds")
    release = workspace.release("first")
    path = Path(shutil.copytree(release.path, scratch / "first"))
    (path / "data" / "test.parquet").unlink()
    run = workspace.run(run_id)
    copied = replace(run, path=Path(shutil.copytree(run.path, scratch / run.id)))
    cross_validate(copied, replace(release, path=path), folds=FOLDS, vectors_cache=workspace.folder.vectors)
    return copied


def lines_of(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run.path / OUT_OF_FOLD_FILE).read_text(encoding="utf-8").splitlines()]


def found_in(run: Run) -> CrossValidation:
    found = stored_folds(run)
    assert isinstance(found, CrossValidation)
    return found


def test_each_train_row_is_predicted_once_and_groups_stay_together(measured: Run, release: Release) -> None:
    rows, lines = release.rows("train"), lines_of(measured)
    assert [one["id"] for one in lines] == sorted(rows["id"])
    group_of = dict(zip(rows["id"], rows["group"], strict=True))
    folds_of: dict[str, set[int]] = defaultdict(set)
    for one in lines:
        folds_of[group_of[one["id"]]].add(one["fold"])
    assert {len(folds) for folds in folds_of.values()} == {1}
    assert {one["fold"] for one in lines} == {1, 2, 3}
    assert {one["id"]: one["label"] for one in lines} == dict(zip(rows["id"], rows["label"], strict=True))


def test_what_is_stated_is_what_the_predictions_give(measured: Run, release: Release) -> None:
    found, lines = found_in(measured), lines_of(measured)
    right = [one["label"] == one["predicted"] for one in lines]
    assert found.accuracy.value == pytest.approx(statistics.fmean(right))
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high
    assert (found.rows, found.folds) == (len(lines), FOLDS)
    assert sum(one.rows for one in found.per_fold) == found.rows
    assert all(one.train_rows + one.rows == found.rows for one in found.per_fold)
    for one in found.per_fold:
        inside = [a == b for a, b in ((x["label"], x["predicted"]) for x in lines if x["fold"] == one.fold)]
        assert one.accuracy == pytest.approx(statistics.fmean(inside))
    assert found.accuracy_spread.mean == pytest.approx(statistics.fmean(one.accuracy for one in found.per_fold))
    assert found.accuracy_spread.lowest <= found.accuracy_spread.mean <= found.accuracy_spread.highest
    assert found.accuracy.value < 1  # a model that saw its rows would know them all
    assert found.accuracy.value > 0.5  # thirteen labels: chance is 0.08


def test_the_page_of_the_run_shows_the_folds(measured: Run, release: Release, trained_example: Trained) -> None:
    evaluation = evaluate(measured, release, vectors_cache=trained_example[0].folder.vectors)
    assert "Cross-validation on train" in evaluation_page(evaluation)
    (measured.path / FOLDS_FILE).rename(measured.path / "elsewhere.json")
    try:
        assert "Cross-validation on train" not in evaluation_page(evaluation)
    finally:
        (measured.path / "elsewhere.json").rename(measured.path / FOLDS_FILE)


def test_what_was_measured_before_an_interruption_is_not_measured_again(
    measured: Run, release: Release, trained_example: Trained, tmp_path: Path
) -> None:
    cache = trained_example[0].folder.vectors
    run = replace(measured, path=Path(shutil.copytree(measured.path, tmp_path / measured.id)))
    (run.path / FOLDS_FILE).unlink()
    assert isinstance(stored_folds(run), NotMeasured)

    def stop(done: int, of: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate(run, release, folds=2, vectors_cache=cache, progress=stop)
    (kept,) = (run.path / ".folds").glob("*.json")
    before = json.loads(kept.read_text())
    again = cross_validate(run, release, folds=2, vectors_cache=cache)
    assert again.per_fold[0].model_dump() == before["facts"]  # its seconds too
    assert cross_validate(run, release, folds=2, progress=stop) == again  # all is known: nothing is trained
    assert not (run.path / ".folds").exists()


def test_any_number_of_folds_spreads_every_label() -> None:
    labels = [f"label {i % 3}" for i in range(42)]
    for folds in (2, 7):
        assigned = assign_folds(labels, [str(i) for i in range(42)], 0, folds=folds)
        assert set(assigned) == set(range(folds))
        for label in set(labels):
            inside = [fold for fold, own in zip(assigned, labels, strict=True) if own == label]
            assert {inside.count(fold) for fold in range(folds)} == {14 // folds}


def test_what_has_no_folds_is_refused(release: Release, measured: Run) -> None:
    for given, found in (
        ({"method": "prompt", "folds": 5, "settings": {}}, r"prompt is not fitted to train rows"),
        ({"method": "linear", "folds": 1, "settings": {}}, r"folds: 1; expected: a number from 2 to 20"),
        ({"method": "linear", "folds": 21, "settings": {}}, r"a number from 2 to 20"),
        ({"method": "linear", "folds": 5, "settings": {"teacher": "run"}}, r"a teacher, which has seen the rows"),
    ):
        with pytest.raises(WinnowError, match=found):
            require_folds(release, **given)  # type: ignore[arg-type]
    dialogues: Any = SimpleNamespace(kind=TOOLS)
    with pytest.raises(WinnowError, match=r"a release of dialogues"):
        require_folds(dialogues, method="adapter", folds=5, settings={})


def test_the_command_prints_the_folds_and_python_reads_them(frozen_example: Workspace, tmp_path: Path) -> None:
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    shown = run_winnow("train", "first", "--folds", "2", cwd=tmp_path / "ws")
    assert shown.returncode == 0, shown.stderr
    assert "trained on" in shown.stdout
    workspace = Workspace.find(tmp_path / "ws")
    (run,) = workspace.runs()
    found = workspace.cross_validation(run["name"])
    assert isinstance(found, CrossValidation)
    assert f"accuracy {found.accuracy.value:.4f} ({found.accuracy.low:.4f} to " in shown.stdout
    assert f"standard deviation {found.accuracy_spread.deviation:.4f}" in shown.stdout
    listed = json.loads(run_winnow("train", "first", "--folds", "2", "--json", cwd=tmp_path / "ws").stdout)
    assert listed["folds"] == found.model_dump(mode="json")
