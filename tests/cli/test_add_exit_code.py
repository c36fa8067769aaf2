"""An add that brings nothing is not a success; one that finds everything known is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.commands import run_winnow
from winnow.workspace import Workspace


def test_an_add_that_dropped_every_row_exits_with_2_and_names_what_to_add_again(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    folder = make_workspace("a1", "b1").folder.root
    (tmp_path / "t.csv").write_text("text,label\nwhere is it,c1\nwho is it,d1\n", encoding="utf-8")
    done = run_winnow("add", str(tmp_path / "t.csv"), "--license", "own", cwd=folder)
    assert done.returncode == 2
    assert "dropped: unknown_label 2" in done.stdout
    assert "nothing was added: every row was dropped" in done.stdout
    assert "next: winnow add " in done.stdout
    (tmp_path / "u.csv").write_text("text,label\nwhere is it,a1\nwho is it,d1\n", encoding="utf-8")
    for _ in range(2):  # the second time the row is known
        assert run_winnow("add", str(tmp_path / "u.csv"), "--license", "own", cwd=folder).returncode == 0
