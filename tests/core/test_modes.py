"""The state of a workspace is private; what is copied out of it is readable as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import winnow
from winnow.core.atomic import make_readable
from winnow.workspace import Workspace


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_only_the_user_can_enter_the_state_of_a_workspace(make_workspace: Callable[..., Workspace]) -> None:
    folder = make_workspace("a").folder
    winnow.open(folder.root).status()
    folder.state.chmod(0o755)  # as an earlier version left it
    folder.database.chmod(0o644)
    winnow.open(folder.root).status()
    assert (mode(folder.state), mode(folder.database)) == (0o700, 0o600)


def test_all_files_of_a_folder_get_one_mode(tmp_path: Path) -> None:
    (tmp_path / "run" / "weights").mkdir(parents=True, mode=0o700)
    for name, bits in (("run.json", 0o644), ("weights/model.safetensors", 0o600)):
        (tmp_path / "run" / name).touch(mode=bits)
    make_readable(tmp_path / "run")
    assert {mode(path) for path in (tmp_path / "run").rglob("*") if path.is_file()} == {0o644}
    assert mode(tmp_path / "run" / "weights") == 0o755
