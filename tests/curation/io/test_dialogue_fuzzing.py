"""Damaged dialogues in every format: none may end in a traceback, and no row may vanish."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.dialogue_rows import ROWS
from tests.support.dialogues import tools_workspace
from tests.support.fuzzing import check_file, damaged, empty_if_large
from winnow.workspace import Workspace

STRANGE: list[Any] = [
    None, True, 0, -1.5, 1e400, "", " ", "x" * 3000, "\x00", "\ud800", [], {}, [[]], [None], {"": 1}, {"a": {"b": [1]}},
    "{", "[1]", '{"name": "weather", "name": "f"}', "<tool_call>", "weather", "assistant", ["text"], float("nan"),
]  # fmt: skip
"""What takes the place of a part of a row."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON value, the whole excepted."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, part in parts for one in ((*path, key), *places(part, (*path, key)))]


@st.composite
def changed_rows(draw: st.DrawFn) -> dict[str, Any]:
    """A valid row of some format with up to three parts replaced, removed, doubled, moved or written as JSON text."""
    row = copy.deepcopy(ROWS[draw(st.sampled_from(sorted(ROWS)))])
    for _ in range(draw(st.integers(0, 3))):
        found = places(row)
        if not found:
            break
        *above, key = draw(st.sampled_from(found))
        parent: Any = row
        for step in above:
            parent = parent[step]
        change = draw(st.sampled_from(["replace", "replace", "remove", "double", "rename", "text", "swap"]))
        if change == "replace":
            parent[key] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
        elif change == "remove":
            del parent[key]
        elif change == "text":
            parent[key] = json.dumps(parent[key])
        elif change == "rename" and isinstance(parent, dict):
            parent[draw(st.sampled_from(["role", "content", "name", "id", "messages", "zz"]))] = parent.pop(key)
        elif isinstance(parent, list):
            other = draw(st.integers(0, len(parent) - 1))
            if change == "double":
                parent.insert(other, copy.deepcopy(parent[key]))
            else:
                parent[key], parent[other] = parent[other], parent[key]
    return row


@st.composite
def dialogue_files(draw: st.DrawFn) -> bytes:
    rows = draw(st.lists(changed_rows(), min_size=1, max_size=4))
    is_list = draw(st.booleans())
    text = json.dumps(rows) if is_list else "\n".join(map(json.dumps, rows))
    return text.encode("utf-8", "surrogatepass")


files = st.one_of(dialogue_files(), dialogue_files(), damaged(dialogue_files()))

SLOW_EXAMPLES = int(os.environ.get("WINNOW_FUZZ_FILES", "5000"))

quick = settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))

thorough = settings(max_examples=SLOW_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def dialogues(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tools_workspace(tmp_path_factory.mktemp("fuzz") / "w")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_undamaged_row_of_a_format_is_added(name: str, tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    (tmp_path / "row.jsonl").write_text(json.dumps(ROWS[name]))
    added = workspace.add(tmp_path / "row.jsonl", origin="public")
    assert (added.given, added.added) == (1, 1), added.reasons


@quick
@given(files, st.sampled_from([".jsonl", ".json", ""]))
def test_no_dialogue_ends_in_a_traceback_and_none_vanishes(dialogues: Workspace, data: bytes, suffix: str) -> None:
    check_file(dialogues, data, suffix, "auto")


@pytest.mark.slow
@thorough
@given(files, st.sampled_from([".jsonl", ".json", ""]))
def test_thousands_of_damaged_dialogues(dialogues: Workspace, data: bytes, suffix: str) -> None:
    check_file(dialogues, data, suffix, "auto")
    empty_if_large(dialogues)
