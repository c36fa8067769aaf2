from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from winnow.core.errors import GateError, WinnowError
from winnow.curation.engine.linear_probe import fit_probe, load_probe
from winnow.curation.releases.release import open_release
from winnow.operations.evaluate import evaluate_run
from winnow.training.linear import LinearSettings, predict, train
from winnow.training.run_facts import LinearRunFacts
from winnow.training.runs import open_run
from winnow.workspace import Workspace

Trained = tuple[Workspace, str]


@pytest.mark.parametrize("classes", [1, 2, 5])
def test_a_probe_is_what_scikit_learn_fits_and_survives_its_file(tmp_path: Path, classes: int) -> None:
    from sklearn.linear_model import LogisticRegression

    generator = np.random.default_rng(0)
    labels = [f"label {i % classes}" for i in range(120)]
    centres = generator.normal(size=(classes, 8))
    vectors = np.vstack([centres[i % classes] for i in range(120)]) + 0.5 * generator.normal(size=(120, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    probe = fit_probe(vectors, labels)
    if classes > 1:
        reference = LogisticRegression(C=10.0, max_iter=1000).fit(vectors, labels)
        assert np.allclose(probe.probabilities(vectors), reference.predict_proba(vectors), atol=1e-4)
    turned = probe.in_order(["no_class", *probe.classes[::-1]])
    assert turned.classes == probe.classes[::-1]
    assert np.allclose(turned.probabilities(vectors)[:, ::-1], probe.probabilities(vectors), atol=1e-6)
    probe.save(tmp_path / "probe.safetensors")
    loaded = load_probe(tmp_path / "probe.safetensors")
    assert loaded.classes == probe.classes
    assert np.array_equal(loaded.probabilities(vectors), probe.probabilities(vectors))


def test_a_run_says_where_it_came_from_and_the_same_settings_give_the_same_run(
    trained_example: Trained, tmp_path: Path
) -> None:
    shutil.copytree(trained_example[0].folder.root, tmp_path / "ws")
    workspace, run_id = Workspace.find(tmp_path / "ws"), trained_example[1]
    facts = workspace.run(run_id).facts_of(LinearRunFacts)
    assert facts.release.sha256 == workspace.release("first").sha256
    assert facts.train_rows == workspace.release("first").counts["train"]
    assert (facts.settings, facts.seed, facts.embedder.model) == ({"inverse_penalty": 10.0}, 0, None)
    assert facts.versions["python"].startswith("3.")
    again, new = workspace.train("first")
    assert (again.id, new) == (run_id, False)
    assert [run["name"] for run in workspace.runs()] == [run_id]
    other, new = workspace.train("first", settings={"inverse_penalty": 1.0})
    assert new
    assert other.id != run_id
    with pytest.raises(WinnowError, match="settings"):
        workspace.train("first", settings={"penalty": 1.0})
    with pytest.raises(WinnowError, match="method: unknown value"):
        workspace.train("first", method="magic")


def test_training_twice_gives_the_same_predictions(trained_example: Trained, tmp_path: Path) -> None:
    workspace, run_id = trained_example
    texts = list(workspace.release("first").rows("test")["text"])
    fresh, _ = train(workspace.release("first"), tmp_path / "runs", settings=LinearSettings())
    first, second = predict(workspace.run(run_id), texts), predict(fresh, texts)
    assert second.classes == workspace.release("first").labels  # and not in alphabetical order
    assert first.labels == second.labels
    assert np.array_equal(first.confidence, second.confidence)


def test_evaluation_reads_validation_by_default_and_records_each_look(trained_example: Trained) -> None:
    workspace, run_id = trained_example
    run = workspace.run(run_id)
    before = len(run.read_looks())
    evaluation, page = workspace.evaluate(run_id)
    assert evaluation.split == "validation"
    assert set(evaluation.predictions["id"]) == set(workspace.release("first").rows("validation")["id"])
    workspace.evaluate(run_id, split="test")
    assert [look.split for look in run.read_looks()[before:]] == ["validation", "test"]
    stored = json.loads((page.parent / "validation.json").read_text())
    assert stored["accuracy"] == evaluation.measures.accuracy
    gold, predicted = evaluation.predictions["gold"], evaluation.predictions["predicted"]
    assert stored["accuracy"] == pytest.approx((gold == predicted).mean())
    assert sum(pair["count"] for pair in stored["confused_pairs"]) == (gold != predicted).sum()
    assert stored["accuracy"] > 0.5  # thirteen labels: chance is 0.08
    with pytest.raises(WinnowError, match="split"):
        workspace.evaluate(run_id, split="dev")


def test_a_release_folder_is_enough_on_another_machine(trained_example: Trained, tmp_path: Path) -> None:
    workspace, run_id = trained_example
    shutil.copytree(workspace.release("first").path, tmp_path / "first")
    run, _ = train(open_release(tmp_path / "first"), tmp_path / "runs")
    evaluation, page = evaluate_run(open_run(run.path), split="validation")
    assert page.exists()
    assert evaluation.measures.accuracy == workspace.evaluate(run_id)[0].measures.accuracy


def test_a_changed_release_is_not_evaluated(trained_example: Trained, tmp_path: Path) -> None:
    workspace, run_id = trained_example
    shutil.copytree(workspace.folder.root, tmp_path / "ws")
    copied = Workspace.find(tmp_path / "ws")
    path = copied.folder.releases / "first" / "jsonl" / "test.jsonl"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(GateError):
        copied.evaluate(run_id)


def test_what_a_killed_training_left_is_swept_away(trained_example: Trained, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, busy = (tmp_path / f".r-linear-1.{pid}.part" for pid in (gone.pid, os.getpid()))
    left.mkdir()
    busy.mkdir()
    train(trained_example[0].release("first"), tmp_path)
    assert (left.exists(), busy.exists()) == (False, True)


def test_predict_labels_texts_with_route_and_confidence(trained_example: Trained) -> None:
    workspace, run_id = trained_example
    table = workspace.predict(run_id, ["the vpn drops all the time", "how many vacation days are left"], threshold=0)
    assert list(table.columns) == ["text", "label", "route", "confidence", "decided_by"]
    assert table["label"].tolist() == ["it_vpn", "hr_leave"]
    assert table["route"].tolist() == ["agent_it", "agent_hr"]
    assert table["confidence"].between(0, 1).all()
    assert isinstance(workspace.predict(run_id, []), pd.DataFrame)
