"""Releases that rows are compared with: each is read once for all files of one `add`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.text_pairs import PAIRS
from winnow.curation.ingest.known_releases import KnownReleases
from winnow.validators.kinds.intents import INTENTS
from winnow.workspace import Workspace


def known(workspace: Workspace) -> KnownReleases:
    return KnownReleases(INTENTS, workspace.folder.releases, {})


def test_a_release_is_read_once_for_all_files(frozen_example: Workspace, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(frozen_example.folder.releases / "first", tmp_path / "copy"))
    releases = known(frozen_example)
    next_to_file, own = releases.near(copy / "jsonl" / "train.jsonl")
    again, own_again = releases.near(copy / "jsonl" / "test.jsonl")
    assert next_to_file is again
    assert own is own_again
    assert next_to_file.facts == own.facts
    (elsewhere,) = releases.near(tmp_path / "rows.jsonl")
    assert elsewhere is own
    assert len(own.facts) == sum(frozen_example.release("first").counts.values())


def test_a_damaged_release_and_one_of_another_kind_are_left_out(frozen_example: Workspace, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(frozen_example.folder.releases / "first", tmp_path / "copy"))
    file, elsewhere = copy / "jsonl" / "train.jsonl", tmp_path / "none"
    assert KnownReleases(PAIRS, elsewhere, {}).near(file) == []
    (copy / "data" / "test.parquet").write_bytes(b"changed")
    (rest,) = KnownReleases(INTENTS, elsewhere, {}).near(file)
    counts = frozen_example.release("first").counts
    assert len(rest.facts) == counts["train"] + counts["validation"]
    (copy / "manifest.json").write_text("{")
    assert KnownReleases(INTENTS, elsewhere, {}).near(file) == []
