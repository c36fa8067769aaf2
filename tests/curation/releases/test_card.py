"""What a release says of itself: the card that a stranger reads, and the metadata that machines read."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.support.workspaces import add_example
from winnow.workspace import Workspace


@pytest.fixture
def release(frozen_example: Workspace) -> Path:
    return frozen_example.folder.releases / "first"


def test_croissant_is_valid_and_its_records_are_the_releases(release: Path, frozen_example: Workspace) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    assert not dataset.metadata.issues.errors
    labels = [row["labels/name"] for row in dataset.records("labels")]
    assert [
        label.decode() if isinstance(label, bytes) else label for label in labels
    ] == frozen_example.task.label_names
    for split in ("train", "validation", "test"):
        rows = frozen_example.release("first").rows(split)
        found = [
            (r[f"{split}/id"].decode(), r[f"{split}/text"].decode(), r[f"{split}/label"])
            for r in dataset.records(split)
        ]
        assert found == list(zip(rows["id"], rows["text"], rows["class_id"], strict=True))


def test_croissant_finds_a_file_that_was_changed(release: Path, tmp_path: Path) -> None:
    import mlcroissant

    copy = shutil.copytree(release, tmp_path / "copy")
    shutil.copy(copy / "data" / "test.parquet", copy / "data" / "train.parquet")
    dataset = mlcroissant.Dataset(jsonld=str(copy / "croissant.json"))
    with pytest.raises(mlcroissant.GenerationError, match=r"Download\(data/train"):
        list(dataset.records("train"))


def test_the_card_tells_a_stranger_everything(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    today = datetime.now(UTC).date()
    workspace.waive("disputed", by="Ann | Lee", reason="a <b>pilot</b>", until=today)
    strict = workspace.folder.task_file.read_text().replace("gates:", "gates:\n  disputed: {share_max: 0}", 1)
    if "  disputed: {share_max: 0}" not in strict:
        strict = workspace.folder.task_file.read_text() + "\ngates: {disputed: {share_max: 0}}\n"
    workspace.folder.task_file.write_text(strict)
    workspace.freeze("first")
    card = (workspace.folder.releases / "first" / "README.md").read_text()
    for heading in ("Processing", "Labeling", "Measured quality", "Sources", "Gates", "Limits"):
        assert f"## {heading}" in card
    assert "Label accuracy: not measured" in card
    assert "**disputed** is waived: a &lt;b>pilot" in card
    assert "Ann \\| Lee" in card
    assert "<b>" not in card
    front = yaml.safe_load(card.split("---")[1])
    assert front["license"] == "apache-2.0"
    assert front["size_categories"] == ["n<1K"]
    manifest = json.loads((workspace.folder.releases / "first" / "manifest.json").read_text())
    decided = {split: sum(counts.values()) for split, counts in manifest["decided_by"].items()}
    assert decided == manifest["counts"]


def test_nothing_in_a_release_tells_the_time_or_its_name(release: Path) -> None:
    year = str(datetime.now(UTC).year)
    for path in release.rglob("*"):
        if path.is_file() and path.suffix in (".md", ".json"):
            text = path.read_text()
            assert f"{year}-" not in text, path
            assert '"first"' not in text, path
