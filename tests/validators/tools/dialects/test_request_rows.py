from __future__ import annotations

from pathlib import Path

from tests.support.dialogues import tools_workspace
from winnow.core.vocabulary import DropReason, State


def test_lines_of_text_are_requests_without_a_label(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    (tmp_path / "traffic.txt").write_text("How is the weather in Paris?\nAny traffic in Rome?\n")
    (tmp_path / "traffic.csv").write_text("id,query\n1,Is it cold in Oslo?\n2,\n")
    lines = workspace.add(tmp_path / "traffic.txt", origin="log", license="own")
    table = workspace.add(tmp_path / "traffic.csv", origin="log", license="own")
    assert (lines.added, table.added, table.reasons) == (2, 1, {DropReason.EMPTY: 1})
    assert {*workspace.records()["state"]} == {State.UNLABELED}


def test_a_request_with_a_label_is_dropped(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    (tmp_path / "labeled.csv").write_text("text,label\nHow is the weather in Paris?,weather\n")
    added = workspace.add(tmp_path / "labeled.csv", license="own")
    assert added.reasons == {DropReason.LABEL_CONTRADICTS_CONTENT: 1}
