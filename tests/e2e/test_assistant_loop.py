"""The assistant example goes from its file to an export: `make demo-tools` runs the commands of its README."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.paths import ROOT

ASSISTANT = ROOT / "examples" / "assistant"

COMMANDS = re.findall(r"^winnow (.+)$", (ASSISTANT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace of `make demo-tools`, and what the demo printed."""
    folder = tmp_path_factory.mktemp("loop") / "assistant"
    path = f"{WINNOW_SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", str(ASSISTANT / "demo.sh"), str(folder)],
        text=True,
        capture_output=True,
        timeout=600,
        env=os.environ | {"PATH": path},
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return folder, run.stdout


def test_the_demo_runs_every_command_of_the_readme_and_shows_a_dialogue(demo: tuple[Path, str]) -> None:
    _, printed = demo
    steps = re.findall(r"\$ winnow (.+?)\x1b", printed)
    assert [step for step in steps if not step.startswith("show ")] == COMMANDS
    assert [step.split()[0] for step in steps] == [
        "add", "check", "status", "show", "freeze", "verify", "export", "coverage",
    ]  # fmt: skip
    assert "given 309 = added 309 + known 0 + dropped 0" in printed
    assert 'winnow show "I\'m calling Grandma on Sunday at 11, add that."' in printed
    assert 'create_event({"title": "Call Grandma", "date": "2026-03-08", "start_time": "11:00"})' in printed


def test_the_makefile_and_the_readme_name_the_demo() -> None:
    assert "sh examples/assistant/demo.sh build/demo-tools" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make demo-tools" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_only_gates_that_say_who_loosened_them_are_loosened(
    demo: tuple[Path, str],
) -> None:
    folder, _ = demo
    result = json.loads(run_winnow("check", "--json", cwd=folder).stdout)
    verdicts = {gate["name"]: gate["verdict"] for gate in result["gates"]}
    assert set(verdicts.values()) <= {"pass", "not_measured"}
    assert {verdicts[name] for name in ("minimum_per_label", "label_balance", "call_format", "grounding")} == {"pass"}
    assert verdicts["fallback_share"] == "not_measured"


def test_status_says_what_the_size_is_enough_for(
    demo: tuple[Path, str],
) -> None:
    status = run_winnow("status", cwd=demo[0]).stdout
    assert "enough for the format of calls; 500 for single calls" in status


def test_a_record_is_shown_as_a_dialogue_and_the_export_keeps_every_call(
    demo: tuple[Path, str],
) -> None:
    folder, _ = demo
    exported = [
        json.loads(line)
        for file in sorted((folder / "exports" / "first-openai").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    given = [json.loads(line) for line in (ASSISTANT / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(exported) == len(given) == 309
    assert sorted(map(calls_of, exported)) == sorted(map(calls_of, given))
    released = pd.read_parquet(folder / ".winnow" / "releases" / "first" / "data" / "train.parquet")
    facets = {facet for found in released["facets"] for facet in found}
    assert facets >= {"turns:three_or_more", "threads_id:yes", "correction:yes", "tool_set:subset", "difficulty:hard"}
    without_tools = released[released["tools"] == "[]"]
    assert len(without_tools) > 0
    assert all("no_call_kind:general" in found and "tool_set:none" in found for found in without_tools["facets"])
    assert all(sum(facet.startswith("phrasing:") for facet in found) == 1 for found in released["facets"])
    shown = run_winnow("show", released["id"].iloc[0], cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"\buser\b", shown.stdout)


def calls_of(row: dict[str, list[dict[str, list[dict[str, dict[str, str]]]]]]) -> str:
    """The calls of a row with their arguments as objects, as text that can be compared."""
    calls = [call["function"] for message in row["messages"] for call in message.get("tool_calls") or ()]
    return json.dumps([[call["name"], json.loads(call["arguments"])] for call in calls], sort_keys=True)


def test_a_confusable_tool_that_does_not_exist_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    folder = tmp_path / "assistant"
    shutil.copytree(ASSISTANT, folder)
    text = (folder / "winnow.yaml").read_text(encoding="utf-8")
    (folder / "winnow.yaml").write_text(text.replace("[create_task, create_event]", "[create_tasks, ask]"))
    run = run_winnow("status", cwd=folder)
    assert run.returncode == 2
    assert "unknown tool 'create_tasks'" in run.stderr
    assert "did you mean 'create_task'?" in run.stderr
    assert run.stderr.count("error:") == 1
