"""Dropped rows come back: a fixed row is added exactly as the row of the original file would have been."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import winnow
from tests.support.commands import run_winnow
from tests.support.files import read_dropped, write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DropReason
from winnow.curation.io.dropped_line import DroppedLine
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

HEAD = "name: t\nkind: intents\nlabels: [{name: a, route: r}, {name: b}"
COLUMNS = ["body", "label", "route", "split", "who", "time", "note"]
ROLES = Columns(text="body", group="who", split="split")

LONG = "why " * 30 + "is it so long?"

BROKEN: dict[str, dict[str, Any]] = {
    "too_long": {"body": LONG},
    "unknown_label": {"label": "new"},
    "empty": {"body": ""},
    "control_character": {"body": "bell \x07 rings"},
    "mojibake": {"body": "cafÃ© order"},
    "winnow_mark": {"body": "it goes on … (4,090 characters)"},
    "route_contradicts_task": {"label": "a", "route": "elsewhere"},
    "unknown_split": {"split": "someday"},
    "undecodable": {"body": "bro\udcffken"},
}
"""What makes a row fall, by reason."""

TYPED = {"not_text": {"body": 7}}
"""The same, for formats whose values have types."""

REPAIR = {"body": "a whole text", "label": "b", "route": "", "split": "train"}


def rows_of(reasons: list[str]) -> list[dict[str, Any]]:
    rows = []
    for i, reason in enumerate(reasons):
        row = {
            "body": f'=query, number "{i}"\nof many',
            "label": "ab"[i % 2],
            "route": "",
            "split": "",
            "who": f"u{i // 2}",
            "time": str(1_700_000_000 + i),
            "note": f"ünï; köpt {i}",
        }
        rows.append({**row, **(BROKEN | TYPED).get(reason, {})})
    return rows


def write_csv(path: Path, rows: list[dict[str, Any]], separator: str = ",") -> Path:
    with path.open("w", newline="", errors="surrogateescape") as handle:
        writer = csv.DictWriter(handle, COLUMNS, delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_json(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(rows))
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    pd.DataFrame(rows, columns=COLUMNS).to_parquet(path)
    return path


def write_sqlite(path: Path, rows: list[dict[str, Any]]) -> Path:
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE q ({', '.join(COLUMNS)})")
    connection.executemany(f"INSERT INTO q VALUES ({', '.join('?' * 7)})", [[r[c] for c in COLUMNS] for r in rows])
    connection.commit()
    connection.close()
    return path


FORMATS: Mapping[str, Callable[[Path, list[dict[str, Any]]], Path]] = {
    "csv": write_csv,
    "tsv": lambda path, rows: write_csv(path, rows, "\t"),
    "jsonl": write_jsonl,
    "json": write_json,
    "parquet": write_parquet,
    "db": write_sqlite,
}

NOT_IN = {"parquet": {"undecodable", "not_text"}, "db": {"undecodable"}, "csv": {"not_text"}, "tsv": {"not_text"}}


def task_text(*, fixed: bool) -> str:
    limit = len(LONG) if fixed else 60
    return f"{HEAD}{', {name: new}' if fixed else ''}]\nscreen: {{max_characters: {limit}}}\n"


def everything(workspace: Workspace) -> list[list[tuple[Any, ...]]]:
    """What a workspace stores, without the times at which it was stored."""
    queries = (
        "SELECT id, content, fold_key, group_id FROM record",
        "SELECT id, assigned_split, why, declared, stratum FROM record_group",
        "SELECT record_id, source_id, row, given_label, given_split, session, time FROM occurrence",
        "SELECT record_id, actor, who, kind, value, why, source_id FROM decision",
        "SELECT id, file_hash, name, settings, origin, license, batch_id FROM source",
    )
    connection = sqlite3.connect(workspace.folder.database)
    try:
        return [sorted(connection.execute(query).fetchall(), key=str) for query in queries]
    finally:
        connection.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(st.sampled_from(["good", *BROKEN, *TYPED]), min_size=1, max_size=8),
    st.sampled_from([{}, {"origin": "public", "license": "MIT"}, {"split": "train"}, {"split": "test"}]),
)
def test_dropped_rows_added_again_equal_the_original_added_again(
    tmp_path_factory: pytest.TempPathFactory, form: str, reasons: list[str], options: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("again")
    reasons = [reason for reason in reasons if reason not in NOT_IN.get(form, ())]
    file = FORMATS[form](folder / f"q.{form}", rows_of(reasons or ["good"]))
    (folder / "ws").mkdir()
    (folder / "ws" / "winnow.yaml").write_text(task_text(fixed=False))
    first = winnow.open(folder / "ws").add(file, columns=ROLES, **options)
    assert set(first.reasons) == set(reasons) - {"good"}
    (folder / "ws" / "winnow.yaml").write_text(task_text(fixed=True))
    shutil.copytree(folder / "ws", folder / "twin")
    twin = winnow.open(folder / "twin")
    again = twin.add(file, columns=ROLES, **options)
    workspace = winnow.open(folder / "ws")
    if first.dropped_file:
        fixed = workspace.add(first.dropped_file)
        assert fixed.reasons == again.reasons
        assert everything(workspace) == everything(twin)
        assert workspace.add(first.dropped_file).added == 0
        assert everything(workspace) == everything(twin)
        assert len(list(workspace.folder.dropped.iterdir())) == 1  # nothing is written twice


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize("reason", [*BROKEN, *TYPED])
def test_an_edited_row_equals_the_row_that_was_right_at_once(
    make_workspace: Make, tmp_path: Path, form: str, reason: str
) -> None:
    if reason in NOT_IN.get(form, ()):
        pytest.skip("the format has no such value")
    rows = rows_of([reason])
    workspace = make_workspace("a", "b", more="screen: {max_characters: 60}")
    workspace.folder.task_file.write_text(task_text(fixed=False))
    dropped = Path(str(workspace.add(FORMATS[form](tmp_path / f"q.{form}", rows), columns=ROLES).dropped_file))
    (line,) = read_dropped(dropped)
    assert {name: line["row"][name] for name in COLUMNS} == rows[0]  # whole, exactly
    assert (line["reason"], bool(line["fix"])) == (reason, True)
    line["row"] |= REPAIR
    dropped.write_text(json.dumps(line))
    result = workspace.add(dropped)
    assert (result.added, result.dropped) == (1, 0)
    right = make_workspace("a", "b", name="right")
    right.folder.task_file.write_text(task_text(fixed=False))
    right.add(FORMATS[form](tmp_path / f"q2.{form}", [{**rows[0], **REPAIR}]), columns=ROLES)
    own, other = everything(workspace), everything(right)
    assert own[:2] == other[:2]
    assert [(o[0], *o[2:]) for o in own[2]] == [(o[0], *o[2:]) for o in other[2]]


@pytest.mark.parametrize(
    ("name", "content", "old", "new"),
    [
        ("q.csv", "text,label\nhello, my friend,a\n", "hello, my friend,a", '"hello, my friend",a'),
        ("q.tsv", "text\tlabel\nhello\tyou\ta\n", "hello\tyou\ta", "hello you\ta"),
        ("q.jsonl", '{"text": "fine", "label": "a"}\n{"text": "hello", label: "a"}\n', "label:", '"label":'),
        ("q.json", '["fine", 7]', "7", '"seven"'),
    ],
)
def test_a_line_that_could_not_be_read_is_fixed_as_it_stood(
    make_workspace: Make, tmp_path: Path, name: str, content: str, old: str, new: str
) -> None:
    workspace = make_workspace("a")
    (tmp_path / name).write_text(content)
    dropped = Path(str(workspace.add(tmp_path / name).dropped_file))
    (line,) = read_dropped(dropped)
    assert (line["reason"], line["row"]) == (DropReason.MALFORMED_ROW, None)
    assert workspace.add(dropped).reasons == {DropReason.MALFORMED_ROW: 1}  # not fixed yet
    line["raw"] = line["raw"].replace(old, new)
    dropped.write_text(json.dumps(line))
    result = workspace.add(dropped)
    assert (result.added, result.dropped) == (1, 0)
    assert {row.row for record in workspace.records()["id"] for row in workspace.show(record).occurrences} <= {1, 2}


def test_the_printed_setting_and_command_work_as_printed(tmp_path: Path) -> None:
    root = tmp_path / "my data"
    root.mkdir()
    (root / "winnow.yaml").write_text("name: t\nkind: intents\nlabels: [{name: a}]\n")
    texts = ["long " * 818, "short"]
    file = write_jsonl(root / "q.jsonl", [{"text": text, "label": "a"} for text in texts])
    told = run_winnow("add", file, "--license", "own", cwd=root).stdout
    setting = told.split("screen.max_characters in winnow.yaml: `")[1].split("`")[0]
    assert yaml.safe_load(setting) == {"screen": {"max_characters": 4090}}
    with (root / "winnow.yaml").open("a") as handle:
        handle.write(f"{setting}\n")
    command = next(line for line in told.splitlines() if "winnow add" in line).split("afterwards: ")[1]
    again = run_winnow(*shlex.split(command)[1:], cwd=root)
    assert "given 1 = added 1 + known 0 + dropped 0" in again.stdout
    assert set(winnow.open(root).records()["text"]) == set(texts)


def test_a_synthetic_row_comes_back_as_one(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    batch = GenerationBatch("b1", "examples", "v1", "claude")
    file = write_jsonl(tmp_path / "s.jsonl", [{"text": "made", "label": "aa"}])
    dropped = Path(str(workspace.add(file, origin="synthetic", batch=batch, license="own").dropped_file))
    with pytest.raises(WinnowError, match=r"human for dropped rows of s\.jsonl"):
        workspace.add(dropped, origin="human")
    dropped.write_text(dropped.read_text().replace('"label": "aa"', '"label": "a"'))
    assert workspace.add(dropped).added == 1
    assert workspace.records()[["state", "origin"]].to_numpy().tolist() == [["proposed", "synthetic"]]


def test_a_row_is_added_once_even_if_it_is_edited_again(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    dropped = Path(str(workspace.add(write_jsonl(tmp_path / "s.jsonl", [{"text": "", "label": "a"}])).dropped_file))
    for text in ("first", "second"):
        (line,) = read_dropped(dropped)
        line["row"]["text"] = text
        dropped.write_text(json.dumps(line))
        result = workspace.add(dropped)
    assert any("not changed" in note for note in result.notes)
    assert workspace.records()["text"].tolist() == ["first"]


def test_dropped_rows_in_another_form_are_refused(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    dropped = Path(str(workspace.add(write_jsonl(tmp_path / "s.jsonl", [{"text": "x", "label": "z"}])).dropped_file))
    (line,) = read_dropped(dropped)
    pd.json_normalize(line).to_csv(tmp_path / "sheet.csv", index=False)
    with pytest.raises(WinnowError, match="a line of a file of dropped rows"):
        workspace.add(tmp_path / "sheet.csv", columns=Columns(text="row.text"))
    assert workspace.add(dropped, format="lines").reasons == {DropReason.WINNOW_MARK: 1}
    old = ["text", "label", "route", "split", "session", "time", "reason", "detail", "file", "row", "origin", "license"]
    pd.DataFrame([dict.fromkeys(old, "x")]).to_csv(tmp_path / "old.csv", index=False)
    with pytest.raises(WinnowError, match="an earlier version"):
        workspace.add(tmp_path / "old.csv")
    with pytest.raises(WinnowError, match="line 2"):
        workspace.add(write_jsonl(tmp_path / "mixed.jsonl", [line, {"text": "y", "label": "a"}]))
    assert len(workspace.records()) == 0


def test_a_forgotten_text_is_in_no_column_of_a_dropped_row(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    workspace.add(write_jsonl(tmp_path / "s.jsonl", [{"text": "Quartermain has gone", "label": "a"}]))
    workspace.forget(workspace.records()["id"][0])
    rows = [
        {"text": "Quartermain has gone", "label": "z", "copy": "Quartermain has gone"},
        {"text": "other", "label": "z", "copy": "Quartermain has gone"},
    ]
    result = workspace.add(write_jsonl(tmp_path / "t.jsonl", rows))
    assert result.reasons == {"forgotten": 1, "unknown_label": 1}
    assert "Quartermain" not in Path(str(result.dropped_file)).read_text()
    assert workspace.add(str(result.dropped_file)).reasons == result.reasons


def test_private_values_of_every_column_are_replaced(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    row = {"text": "mail ann@firm.com", "label": "z", "time": "1700000000", "more": {"to": ["bob@firm.com"]}, "n": 3}
    result = workspace.add(write_jsonl(tmp_path / "t.jsonl", [row]))
    (line,) = read_dropped(result.dropped_file)
    assert "firm.com" not in json.dumps(line)
    assert (line["row"]["time"], line["row"]["n"]) == ("1700000000", 3)
    DroppedLine.model_validate(line)


def forged_line(text: str, **source: Any) -> dict[str, Any]:
    """A line of a file of dropped rows whose source was written by hand."""
    columns = {"columns": {"text": "text", "label": "label"}}
    stated = {"file_hash": "a" * 64, "format": "jsonl", "origin": "human", "license": "own", "split": None}
    return {
        "winnow": "dropped row", "reason": "too_long", "detail": "", "fix": "", "file": "x.jsonl", "number": 1,
        "row": {"text": text, "label": "a"}, "raw": None, "repairable": True,
        "source": {**stated, "settings": columns | {"release": "R1"}, "batch": None, **source},
    }  # fmt: skip


def test_dropped_rows_cannot_claim_to_have_been_shown_with_an_earlier_release(
    make_workspace: Make, tmp_path: Path
) -> None:
    ws = make_workspace("a")
    ws.add(write_jsonl(tmp_path / "early.jsonl", [forged_line("an early row")]))
    batch = GenerationBatch("g", "examples", "v1", "m")
    ws.add(pd.DataFrame({"text": ["a text of a model"], "label": "a"}), origin="synthetic", license="own", batch=batch)
    ws.add(write_jsonl(tmp_path / "late.jsonl", [forged_line("a text of a model", file_hash="b" * 64)]))
    states = ws.records().set_index("text")["state"]
    assert states.to_dict() == {"an early row": "labeled", "a text of a model": "proposed"}
    assert not [settings for *_, settings, _, _, _ in everything(ws)[4] if "release" in json.loads(settings)]


def test_dropped_rows_are_added_as_the_stored_source_was(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    batch = GenerationBatch("g", "examples", "v1", "m")
    rows = [{"text": "a text of a model", "label": "a"}, {"text": "another text", "label": "unknown"}]
    first = ws.add(write_jsonl(tmp_path / "q.jsonl", rows), origin="synthetic", license="own", batch=batch)
    (line,) = read_dropped(Path(str(first.dropped_file)))
    line["row"]["label"] = "a"
    line["source"] |= {"origin": "human", "batch": None, "split": "test", "license": "MIT"}
    ws.add(write_jsonl(tmp_path / "fixed.jsonl", [line]))
    assert ws.records()["state"].tolist() == ["proposed", "proposed"]
    assert len(everything(ws)[4]) == 1


@pytest.mark.parametrize("source", [{"origin": "synthetic"}, {"origin": "someone"}, {"split": "exam"}])
def test_options_of_an_unknown_source_are_checked(make_workspace: Make, tmp_path: Path, source: dict[str, str]) -> None:
    with pytest.raises(WinnowError, match="dropped rows of x"):
        make_workspace("a").add(write_jsonl(tmp_path / "rows.jsonl", [forged_line("a row", **source)]))
