"""Carrying out a plan for dialogues: rules add what quotas lack, and nothing else."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

import winnow
from tests.support.paths import ROOT
from winnow.cli.render.plan_view import render_plan
from winnow.curation.io.readers.columns import Columns
from winnow.operations.generate_plan import PlanResult
from winnow.workspace import Workspace

ASSISTANT = ROOT / "examples" / "assistant"

EVERY = 6
"""One in so many dialogues of the example."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("plan") / "ws"
    folder.mkdir()
    for name in ("winnow.yaml", "tools.json", "system_prompt.txt"):
        shutil.copy(ASSISTANT / name, folder)
    lines = (ASSISTANT / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "some.jsonl").write_text("\n".join(lines[::EVERY]), encoding="utf-8")
    made = winnow.open(folder)
    made.add(folder / "some.jsonl", license="own", columns=Columns(group="group"))
    return made


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def carry_out(workspace: Workspace, plan: str, quotas: dict[str, Any]) -> PlanResult:
    path = workspace.folder.root / "plan.json"
    path.write_text(json.dumps({"id": plan, "quotas": quotas}))
    return workspace.generate_plan(path, note=lambda _: None)


def test_rules_add_what_quotas_lack_and_nothing_else(workspace: Workspace) -> None:
    quotas = {"behaviors": {"unable": 2, "ask": 1, "general": 3}, "compound": 2}
    before = set(workspace.records()["id"])
    made = carry_out(workspace, "p1", quotas)
    step = made.steps[0]
    assert (step.name, step.maker, step.wanted, step.added) == ("contrasts by rule", "rules", 5, 5)
    assert [str(quota) for quota in made.left_to_people] == ["behaviors general"]
    assert [(str(one.quota), one.missing) for one in made.missing] == [("behaviors general", 3)]
    records = workspace.records()
    new = records[~records["id"].isin(before)]
    assert set(new["state"]) == {"proposed"}
    assert set(new["group"]) <= set(records[records["id"].isin(before)]["group"])  # each in the group of its seed
    assert len(new) == 5
    again = carry_out(workspace, "p1", quotas)
    assert again.steps == []
    assert len(workspace.records()) == len(records)
    more = carry_out(workspace, "p1", quotas | {"compound": 3})
    assert more.steps[0].added == 1
    assert len(workspace.records()) == len(records) + 1


def test_what_only_people_can_write_is_named(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    made = carry_out(workspace, "p2", {"behaviors": {"general": 2}})
    render_plan(made, estimated=False)
    printed = capsys.readouterr().out
    assert (made.steps, len(made.missing)) == ([], 1)
    assert "behaviors general: no generator writes them; write 2 by hand and add them" in " ".join(printed.split())
