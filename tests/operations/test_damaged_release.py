"""One damaged release does not stop the report: it is named there, and the rest is shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import winnow
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.workspace import Workspace


def cut(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:40])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "manifest cut off": lambda release: cut(release / "manifest.json"),
    "manifest missing": lambda release: (release / "manifest.json").unlink(),
    "rows cut off": lambda release: cut(release / "data" / "train.parquet"),
    "rows missing": lambda release: (release / "data" / "validation.parquet").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_report_names_a_damaged_release_and_shows_the_rest(
    damage: Callable[[Path], None], trained_example: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace = winnow.open(shutil.copytree(trained_example[0].folder.root, tmp_path / "ws"))
    release = workspace.folder.releases / "first"
    for folder in (release, release / "data"):
        folder.chmod(0o700)
    damage(release)
    found, page = workspace.report()
    first = found.actions[0]
    assert (first.what, first.command) == ("release first is damaged", "winnow verify first")
    assert first.evidence
    html = page.read_text()
    assert "release first is damaged" in html
    assert found.status.by_label
    facts = found.facts(page)
    assert facts.gates
    with pytest.raises(WinnowError):
        workspace.release("first")
    if isinstance(facts.recommended_action, NotMeasured):
        assert "No recommendation: " in html


def test_a_sound_release_is_not_named(trained_example: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace = winnow.open(shutil.copytree(trained_example[0].folder.root, tmp_path / "ws"))
    assert not [one for one in workspace.report().report.actions if "damaged" in one.what]
