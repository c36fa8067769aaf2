"""A copy of the assistant example with one tool held out, from its file to a verified release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.paths import ROOT
from winnow.curation.io.readers.columns import Columns
from winnow.curation.releases.manifest import Manifest
from winnow.workspace import Workspace


def hold_out(folder: Path, *tools: str) -> None:
    task = folder / "winnow.yaml"
    text = task.read_text(encoding="utf-8")
    task.write_text(text.replace("  key: winnow", f"  key: winnow\n  hold_out_tools: [{', '.join(tools)}]"))


def copy_of_example(folder: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "assistant", folder)
    return folder


def add_dialogues(folder: Path) -> Workspace:
    workspace = winnow.open(folder)
    workspace.add(folder / "dialogues.jsonl", license="own", columns=Columns(group="group"))
    return workspace


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with the weather held out before its dialogues were added, and a release of it."""
    folder = copy_of_example(tmp_path_factory.mktemp("held-out") / "assistant")
    hold_out(folder, "get_weather")
    workspace = add_dialogues(folder)
    workspace.freeze("first")
    return workspace


def calls_weather(messages: str) -> bool:
    return '"name": "get_weather"' in json.dumps(json.loads(messages))


def test_only_test_calls_the_tool_and_the_release_says_so(held_out: Workspace) -> None:
    path = held_out.folder.releases / "first"
    rows = pd.concat([pd.read_parquet(path / "data" / f"{name}.parquet") for name in ("train", "validation", "test")])
    unseen = rows[rows["messages"].map(calls_weather)]
    assert len(unseen) > 10
    assert set(unseen["split"]) == {"test"}
    manifest = held_out.release("first").manifest
    facts = manifest.held_out_tools
    assert facts is not None
    assert (facts.tools, facts.unseen_records) == ({"get_weather": len(unseen)}, len(unseen))
    assert facts.unseen_groups == unseen["group"].nunique()
    assert facts.unseen_records + facts.known_records + facts.no_call_records == manifest.counts["test"]
    assert facts.known_records > 10  # the drawn share of the other tools is not used up
    assert manifest.excluded.get("held_out_tool", 0) == 0
    card = (path / "README.md").read_text(encoding="utf-8")
    assert f"test calls held-out tools in {len(unseen)} records" in card
    verified = run_winnow("verify", "first", cwd=held_out.folder.root)
    assert verified.returncode == 0, verified.stderr
    older = {key: value for key, value in manifest.json_form().items() if key != "held_out_tools"}
    assert Manifest.model_validate(older).json_form() == older


def test_the_gate_and_a_record_say_why(held_out: Workspace) -> None:
    checked = held_out.check()
    gate = next(gate for gate in checked.gates if gate.name == "hold_out_integrity")
    assert any("system_prompt.txt names get_weather" in note for note in gate.notes)
    test = checked.selected[checked.selected["split"] == "test"]
    record = test.loc[test["content"].str.contains("get_weather") & test["label"].eq("get_weather"), "id"].iloc[0]
    assert held_out.show(record).split_reason == "held_out_tool"


def test_a_key_that_is_set_later_moves_nothing_and_excludes(tmp_path: Path) -> None:
    workspace = add_dialogues(copy_of_example(tmp_path / "assistant"))
    before = workspace.check()
    hold_out(tmp_path / "assistant", "get_weather")
    after = winnow.open(tmp_path / "assistant").check()
    splits = [dict(zip(one.table["id"], one.table["assigned_split"], strict=True)) for one in (before, after)]
    assert splits[0] == splits[1]
    excluded = set(after.table.loc[after.table["reason"] == "held_out_tool", "id"])
    assert excluded
    assert set(before.selected["id"]) - set(after.selected["id"]) >= excluded
    rest = after.selected[after.selected["split"] != "test"]
    assert not rest["label"].str.contains("get_weather").any()


def test_an_unknown_tool_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    folder = copy_of_example(tmp_path / "assistant")
    hold_out(folder, "get_wether")
    run = run_winnow("status", cwd=folder)
    assert run.returncode == 2
    assert "splits.hold_out_tools: unknown tool 'get_wether'" in run.stderr
    assert "did you mean 'get_weather'?" in run.stderr
