"""Thresholds belong to the embedder: measured on the task's own texts, written to winnow.yaml, named by check."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.support.workspaces import new_workspace
from winnow.config.edit_embedder import with_thresholds
from winnow.config.embedder_options import EmbedderThresholds
from winnow.config.gate_settings import loosened_settings
from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.workspace import Workspace

THRESHOLDS = EmbedderThresholds(weights="0123456789abcdef", repeats=0.985, near=0.95, other_label=0.92)

EARLIER = ("weights: '0000000000000000'", "repeats: 0.9", "near: 0.8", "other_label: 0.7")

NEW_LINE = "\n    "

TEXTS = [
    f"{verb} {thing} {when}"
    for verb in ("please cancel", "where is", "I want to change")
    for thing in ("my order", "the delivery of my parcel", "the address of the invoice")
    for when in ("today", "before the weekend", "as soon as possible")
]


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model, except that the vector of the first token stands for a text."""
    folder = tmp_path_factory.mktemp("models") / "first_token"
    shutil.copytree(bundled_model_folder(), folder)
    pooling = next(folder.rglob("*Pooling/config.json"))
    settings = json.loads(pooling.read_text())
    changed = {key: value for key, value in settings.items() if not key.startswith("pooling_mode")}
    pooling.write_text(json.dumps({**changed, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    return folder


def workspace_with(folder: Path, model: Path) -> Workspace:
    workspace = new_workspace(folder, "a", more=f"embedder: {{model: {model}, backend: torch}}  # ours\n")
    workspace.add(pd.DataFrame({"text": TEXTS, "label": "a"}), license="MIT")
    return workspace


def test_the_thresholds_of_another_model_are_measured_written_and_used(tmp_path: Path, other_model: Path) -> None:
    workspace = workspace_with(tmp_path / "ws", other_model)
    assert any("winnow calibrate" in note for note in workspace.check().embedder_notes)
    preview = workspace.calibrate(dry_run=True)
    assert not preview.written
    assert workspace.task.embedder.thresholds is None
    found = workspace.calibrate()
    assert found.reference == "texts of the task"
    assert found.cosines == preview.cosines
    assert [one.setting for one in found.cosines] == ["repeats", "near", "other_label"]
    measured = [one.measured for one in found.cosines]
    assert measured == sorted(measured, reverse=True)
    assert measured != [one.bundled for one in found.cosines]
    assert "# ours" in (tmp_path / "ws" / "winnow.yaml").read_text()
    task = workspace.task
    assert task.gates.duplicates.cosine == task.gates.leakage.cosine == measured[0]
    assert not [one for one in loosened_settings(task) if "cosine" in one.setting]
    assert workspace.check().embedder_notes == ()


@pytest.mark.slow  # converts a copy of the model; corresponding cosines of equal models are tested without one
def test_the_bundled_model_calibrated_against_itself_keeps_its_thresholds(tmp_path: Path) -> None:
    folder = shutil.copytree(bundled_model_folder(), tmp_path / "copy")
    workspace = new_workspace(tmp_path / "ws", "a", more=f"embedder: {{model: {folder}}}\n")
    workspace.add(pd.DataFrame({"text": TEXTS, "label": "a"}), license="MIT")
    for one in workspace.calibrate(dry_run=True).cosines:
        assert one.measured == pytest.approx(one.bundled, abs=0.02)


def test_the_bundled_model_needs_none_and_a_small_task_has_too_few_texts(tmp_path: Path, other_model: Path) -> None:
    with pytest.raises(WinnowError, match="the bundled model"):
        new_workspace(tmp_path / "own", "a").calibrate()
    few = new_workspace(tmp_path / "few", "a", more=f"embedder: {{model: {other_model}}}\n")
    few.add(pd.DataFrame({"text": TEXTS[:3], "label": "a"}), license="MIT")
    with pytest.raises(WinnowError, match="at least 50"):
        few.calibrate()


@pytest.mark.parametrize(
    "section",
    [
        "embedder: {model: x}  # a comment",
        "embedder:\n  model: x  # a comment\n  backend: torch",
        f"embedder:\n    model: x\n    thresholds: {{{', '.join(EARLIER)}}}",
        f"embedder:\n  thresholds:\n    {NEW_LINE.join(EARLIER)}\n  model: x",
    ],
)
def test_thresholds_are_written_where_the_embedder_stands_and_nothing_else_changes(section: str) -> None:
    text = f"name: t\nkind: intents\n{section}\nlabels:\n  - name: a  # first\n"
    edited = with_thresholds(text, THRESHOLDS)
    assert parse_task(edited).embedder.thresholds == THRESHOLDS
    assert parse_task(edited).gates.leakage.cosine == 0.985
    assert "  - name: a  # first\n" in edited
    assert ("# a comment" in edited) == ("# a comment" in text)
    assert with_thresholds(edited, THRESHOLDS) == edited


def test_thresholds_are_refused_without_a_model_and_a_stated_cosine_counts_from_them() -> None:
    base = "name: t\nkind: intents\nlabels: [{name: a}]\n"
    measured = f"thresholds: {json.dumps(THRESHOLDS.model_dump())}"
    with pytest.raises(WinnowError, match="without a model"):
        parse_task(f"{base}embedder: {{{measured}}}\n")
    looser = parse_task(f"{base}embedder: {{model: x, {measured}}}\ngates: {{leakage: {{cosine: 0.99}}}}\n")
    assert [(one.setting, one.default) for one in loosened_settings(looser)] == [("gates.leakage.cosine", 0.985)]
