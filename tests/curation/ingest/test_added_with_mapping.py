"""Adding files with foreign tools: which rows are kept, and what the source remembers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import winnow
from tests.support.commands import run_winnow
from tests.support.tool_mappings import MAPPING, OWN, foreign_dialogue
from winnow.config.tool_mapping import ToolMapping
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace

ROWS = [
    foreign_dialogue("Two outside", ("reserve_restaurant", {"guests": 2, "terrace": True}), label="reserve_restaurant"),
    foreign_dialogue("Find Up", ("get_movie", {"movie": "Up"})),
    foreign_dialogue("Read the news", ("get_news", {"topic": "x"})),
    foreign_dialogue("Three in the garden", ("reserve_restaurant", {"guests": 3, "garden": 1})),
    foreign_dialogue("Hello", label="direct"),
]


def workspace_with(folder: Path, rows: list[Any]) -> tuple[Workspace, Path, Path]:
    """A workspace, a file with these rows, and the mapping file."""
    folder.mkdir()
    (folder / "tools.json").write_text(json.dumps(OWN))
    (folder / "winnow.yaml").write_text("name: t\nkind: tools\ntools: tools.json\nlicenses: {allow: [unknown]}\n")
    file, mapping = folder / "rows.jsonl", folder / "mapping.yaml"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    mapping.write_text(yaml.safe_dump(MAPPING))
    return winnow.open(folder), file, mapping


def offered(content: str) -> list[str]:
    return [tool["name"] for tool in json.loads(json.loads(content)["tools"])]


def test_every_row_is_kept_with_the_tools_of_the_task_or_dropped_by_name(tmp_path: Path) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    result = workspace.add(file, tool_mapping=mapping)
    assert (result.given, result.added, result.known) == (5, 3, 0)
    assert result.reasons == {"unmapped_tool": 1, "invalid_call": 1}
    assert "winnow retract SOURCE" in result.fixes["unmapped_tool"]
    rows = workspace.records()
    assert sorted(rows["label"]) == ["book_table", "direct", "find_film"]
    assert all(offered(content) == ["book_table", "find_film"] for content in rows["content"])
    assert not any("renamed" in note for note in result.notes)
    assert result.dropped_file
    details = {
        line["number"]: line["detail"] for line in map(json.loads, Path(result.dropped_file).read_text().splitlines())
    }
    assert details[3] == "turn 2: tool 'get_news' maps to no tool of the task"
    assert "argument 'garden'" in details[4]


def test_the_source_remembers_the_mapping(tmp_path: Path) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    first = workspace.add(file, tool_mapping=mapping)
    again = workspace.add(file, tool_mapping=ToolMapping.model_validate(MAPPING))
    assert (again.added, again.known, again.dropped) == (0, 3, 2)
    for other in (None, {**MAPPING, "ignore": ["get_news"]}):
        changed = None if other is None else ToolMapping.model_validate(other)
        with pytest.raises(WinnowError, match=r"already added as source .* the same settings"):
            workspace.add(file, tool_mapping=changed)
    workspace.retract(first.sources[0])
    more = {"tools": {**MAPPING["tools"], "get_news": {"tool": "find_film", "arguments": {"topic": "title"}}}}
    assert workspace.add(file, tool_mapping=ToolMapping.model_validate(more)).reasons == {"invalid_call": 1}


@pytest.mark.parametrize("known", [True, False])
def test_dropped_rows_that_are_added_again_use_it(tmp_path: Path, known: bool) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    result = workspace.add(file, tool_mapping=mapping)
    dropped = Path(str(result.dropped_file))
    dropped.write_text(dropped.read_text().replace('"garden', '"trace_id').replace('\\"garden', '\\"trace_id'))
    if not known:
        workspace, _, _ = workspace_with(tmp_path / "other", ROWS)
    for refused in (mapping, mapping.with_name("less.yaml")):
        refused.write_text(yaml.safe_dump({**MAPPING, "ignore": ["get_news"]}))
        with pytest.raises(WinnowError, match=r"tool_mapping: another mapping for dropped rows"):
            workspace.add(dropped, tool_mapping=refused)
    again = workspace.add(dropped)
    assert (again.given, again.added, again.dropped) == (2, 1, 1)
    assert "book_table" in set(workspace.records()["label"])
    if not known:
        original = workspace.add(file, tool_mapping=ToolMapping.model_validate(MAPPING))
        assert original.added == 3


def test_a_damaged_mapping_in_dropped_rows_is_a_sentence(tmp_path: Path) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    dropped = Path(str(workspace.add(file, tool_mapping=mapping).dropped_file))
    other, _, _ = workspace_with(tmp_path / "other", ROWS)
    lines = [json.loads(line) for line in dropped.read_text().splitlines()]
    for stated, problem in ((7, "tool_mapping: "), ({"tools": {"a": {"tool": "x"}}}, "unknown tool 'x'")):
        for line in lines:
            line["source"]["settings"]["tool_mapping"] = stated
        dropped.write_text("".join(json.dumps(line) + "\n" for line in lines))
        with pytest.raises(WinnowError, match=problem):
            other.add(dropped)


def test_a_mapping_needs_a_kind_with_tools_and_rows_without_a_release(tmp_path: Path) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    (workspace.folder.root / "winnow.yaml").write_text("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")
    with pytest.raises(WinnowError, match=r"tool_mapping: a tool mapping for a task of kind intents"):
        workspace.add(file, tool_mapping=mapping)


def test_a_dry_run_lists_what_is_left_to_map(tmp_path: Path) -> None:
    workspace, file, mapping = workspace_with(tmp_path / "w", ROWS)
    preview = workspace.add(file, tool_mapping=mapping, dry_run=True)
    assert preview.unmapped is not None
    assert [(one.name, one.called, one.offered) for one in preview.unmapped.tools] == [("get_news", 1, 5)]
    assert "get_news" in preview.unmapped.skeleton
    printed = run_winnow("add", file, "--tool-mapping", mapping, "--dry-run", cwd=workspace.folder.root).stdout
    assert "tools that map to none of the task: 1" in printed
    assert preview.unmapped.skeleton.strip() in printed
    assert workspace.add(file, dry_run=True).unmapped is None
    assert workspace.add(file, tool_mapping=mapping).unmapped is None
