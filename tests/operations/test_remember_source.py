"""What `add` was told about columns is written to `sources`, and the next `add` knows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.workspaces import new_workspace
from winnow.config.add_source import add_source_to_text
from winnow.config.load import parse_task
from winnow.config.source_options import SourceOptions
from winnow.core.errors import WinnowError

HEAD = "name: t  # a comment\nkind: intents\nlabels: [{name: a}]\n"
SECTION = SourceOptions(pattern="x.csv", text="My: text", no_label=("N/A",))


@pytest.mark.parametrize(
    "more",
    [
        "",
        "sources: []\nslots: {}\n",
        "sources:\n  - pattern: y.csv  # why\n    text: b\n  - {pattern: '*'}\nslots: {}\n",
        "sources:\n- pattern: y.csv\n  text: b\nslots: {}\n",
    ],
)
def test_a_section_goes_before_the_others_and_nothing_else_changes(more: str) -> None:
    text = HEAD + more
    added = add_source_to_text(text, SECTION)
    before, after = parse_task(text), parse_task(added)
    assert after.sources == [SECTION, *before.sources]
    assert after.model_copy(update={"sources": before.sources}) == before
    assert set(text.splitlines()) - set(added.splitlines()) <= {"sources: []"}


def test_a_list_on_one_line_is_left_alone() -> None:
    with pytest.raises(WinnowError, match=r"`sources` cannot be edited safely"):
        add_source_to_text(HEAD + "sources: [{pattern: y.csv}]\n", SECTION)


def test_the_next_add_knows_the_columns(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b")
    rows = [{"text": f"not this one {n}", "what": f"but this query number {n}", "kind": "ab"[n % 2]} for n in range(6)]
    file = write_jsonl(tmp_path / "rows.jsonl", rows)
    shown = run_winnow("add", file, "--text-column", "what", "--label-column", "kind", cwd=workspace.folder.root)
    assert "in `sources` of winnow.yaml now" in shown.stderr
    assert [one.columns() for one in workspace.task.sources] == [{"text": "what", "label": "kind"}]
    text = workspace.folder.task_file.read_text(encoding="utf-8")
    again = workspace.add(file)
    assert (again.added, again.known) == (0, 6)
    assert workspace.folder.task_file.read_text(encoding="utf-8") == text
