"""`sources` in the task file says how files are read, where the options of `add` leave it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.files import write_jsonl
from tests.support.workspaces import new_workspace
from winnow.config.source_options import SourceOptions, section_for
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns

ROWS = [
    {"Body": "my card is lost", "Kind": "a", "Who": "u1", "Note": "first"},
    {"Body": "where is my money", "Kind": "N/A", "Who": "u1", "Note": "second"},
    {"Body": "close my account", "Kind": "b", "Who": "u2", "Note": "third"},
]
SECTION = """\
sources:
  - {pattern: "tickets-*", text: Body, label: Kind, group: Who, license: CC-BY-4.0, no_label: ["N/A"]}
  - {pattern: "*", text: Note, label: none, group: none, origin: public}
"""


def test_the_first_section_that_matches_says_how_a_file_is_read(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b", more=SECTION)
    added = workspace.add(write_jsonl(tmp_path / "tickets-may.jsonl", ROWS))
    records = workspace.records().set_index("text")
    assert records["label"].fillna("").to_dict() == {
        "my card is lost": "a",
        "where is my money": "",
        "close my account": "b",
    }
    assert records["group"].nunique() == 2
    assert (added.dropped, workspace.status().sources[0].license) == (0, "CC-BY-4.0")
    assert any("1 row with 'N/A' as label count as unlabeled" in note for note in added.notes)


def test_options_win_over_the_section(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b", more=SECTION)
    columns = Columns(text="Note", label="none")
    workspace.add(write_jsonl(tmp_path / "tickets-may.jsonl", ROWS), columns=columns, license="own", origin="log")
    assert set(workspace.records()["text"]) == {"first", "second", "third"}
    source = workspace.status().sources[0]
    assert (source.license, source.origin) == ("own", "log")


def test_another_file_has_the_section_of_its_name(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b", more=SECTION)
    workspace.add([write_jsonl(tmp_path / "notes.jsonl", ROWS[:2]), write_jsonl(tmp_path / "tickets-1.jsonl", ROWS)])
    assert {one.name: one.origin for one in workspace.status().sources} == {
        "notes.jsonl": "public",
        "tickets-1.jsonl": "human",
    }


def test_dropped_rows_are_not_read_by_a_section(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b", more=SECTION.replace('"*"', '"*.jsonl"'))
    rows = [{"Body": "a row that is dropped", "Kind": "c", "Who": "u3"}, *ROWS]
    added = workspace.add(write_jsonl(tmp_path / "tickets-may.jsonl", rows))
    dropped = Path(str(added.dropped_file))
    dropped.write_text(dropped.read_text(encoding="utf-8").replace('"Kind": "c"', '"Kind": "b"'), encoding="utf-8")
    assert workspace.add(dropped).added == 1
    assert len(workspace.status().sources) == 1


def test_a_section_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "a", "b", more='sources: [{pattern: "*", text: Body, origin: synthetic}]')
    with pytest.raises(WinnowError, match=r"synthetic without a batch"):
        workspace.add(write_jsonl(tmp_path / "made.jsonl", ROWS))
    assert len(workspace.records()) == 0


def test_the_case_of_a_name_counts() -> None:
    sections = [SourceOptions(pattern="A*"), SourceOptions(pattern="?.csv")]
    found = [section_for(sections, name) for name in ("Ab.csv", "a.csv", "ab.csv")]
    assert [one.pattern if one else None for one in found] == ["A*", "?.csv", None]
