"""The assistant example goes from logs to an export: `make demo-tools` runs the commands of its README."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.paths import ROOT
from winnow.workspace import Workspace

ASSISTANT = ROOT / "examples" / "assistant"

COMMANDS = re.findall(
    r"^winnow (.+)$", (ASSISTANT / "README.md").read_text(encoding="utf-8").split("```")[1], re.MULTILINE
)
"""Those of the loop up to a release, the first block of the page."""


@pytest.fixture(scope="module")
def demo(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace of `make demo-tools`, and what the demo printed."""
    folder = tmp_path_factory.mktemp("loop") / "assistant"
    path = f"{WINNOW_SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", str(ASSISTANT / "demo.sh"), str(folder)],
        text=True,
        capture_output=True,
        timeout=1200,
        env=os.environ | {"PATH": path},
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    return folder, run.stdout


def test_the_demo_runs_every_command_of_the_readme_and_shows_a_dialogue(demo: tuple[Path, str]) -> None:
    _, printed = demo
    steps = re.findall(r"\$ winnow (.+?)\x1b", printed)
    assert [step for step in steps if not step.startswith("show ")] == COMMANDS
    assert [step.split()[0] for step in steps] == [
        "add", "add", "add", "add", "status", "show", "serve", "push", "push", "pull", "push", "pull", "push", "pull",
        "serve", "generate", "check", "freeze", "verify", "export", "coverage",
    ]  # fmt: skip
    assert "given 309 = added 309 + known 0 + dropped 0" in printed
    assert 'winnow show "I\'m calling Grandma on Sunday at 11, add that."' in printed
    assert 'create_event({"title": "Call Grandma", "date": "2026-03-08", "start_time": "11:00"})' in printed


def test_one_lot_is_accepted_the_other_refused_and_corrected_answers_are_released(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    assert "22 taken (corrected 3, good 7, unrated 12), 0 updated; 2 failed (rating 1, status error 1)" in printed
    assert "30 records: 20 reviewed, 0 defective; accepted" in printed
    assert re.search(r"24 records: 20 reviewed, [4-9] defective; refused", printed)
    assert re.search(r"[1-9]\d* corrected answers", printed)
    records = Workspace.find(folder).records()
    states = records.groupby(["origin", "state"]).size()
    assert states["log", "unlabeled"] == 5  # requests without an answer
    assert states["log", "labeled"] == 17
    lots = json.loads(run_winnow("status", "--json", cwd=folder).stdout)["lots"]
    decided = {(one["records"], one["verdict"]) for one in lots if one["verdict"] != "not_drawn"}
    assert decided == {(30, "accepted"), (24, "refused")}  # contrasts by rule are not drawn yet
    assert len(lots) > len(decided)
    released = "\n".join(Workspace.find(folder).release("first").rows("train")["messages"])
    corrected = [row for row in json_lines(ASSISTANT / "review.jsonl") if "correction" in row]
    assert sum(calls_as_text(one["correction"]) in released for one in corrected if "```" in one["correction"]) >= 4


def json_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def calls_as_text(answer: str) -> str:
    """The arguments of the call of a corrected answer, as a release writes them."""
    return json.dumps(json.loads(answer.split("```json\n")[1].split("\n```")[0])["params"], ensure_ascii=False)


def test_what_is_recommended_after_a_release_runs_as_printed(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    advised = "winnow train first --method adapter"
    assert printed.count(f"next: {advised}") == 3  # after freeze, after verify, and after export
    refused = run_winnow("train", "first", cwd=folder)
    assert refused.returncode == 2
    assert "kind: tools, method linear; expected: a method for it: adapter, prompt" in refused.stderr
    assert re.search(r"`winnow train \S+/first --method adapter`", refused.stderr)
    unnamed = run_winnow(*advised.split()[1:], cwd=folder)
    assert unnamed.returncode == 2
    assert "no base model is named" in unnamed.stderr
    decided = json.loads(run_winnow("decide", "--json", cwd=folder).stdout)
    assert "linear" not in decided["next"]


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


def test_coverage_counts_tools_behaviors_and_arguments(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    found = json.loads(run_winnow("coverage", "--json", cwd=folder).stdout)
    released = [
        pd.read_parquet(folder / ".winnow" / "releases" / "first" / "data" / f"{split}.parquet")
        for split in ("train", "validation", "test")
    ]
    targets = {one["name"]: one["splits"] for one in found["tools"]["targets"]}
    for split, table in zip(("train", "validation", "test"), released, strict=True):
        rows = table[table["messages"].str.contains(r'"name": ?"send_email"')]
        assert targets["send_email"][split] == {"records": len(rows), "groups": rows["group"].nunique()}
    assert set(targets) >= {"create_task", "ask", "direct", "unable", "general"}
    priority = next(
        use for use in found["tools"]["arguments"] if (use["tool"], use["name"]) == ("create_task", "priority")
    )
    assert priority["unused_values"] == []  # the accepted lot has what no other dialogue has: tasks of medium priority
    assert found["tools"]["next_steps"] == []
    assert "what to write next: nothing" in printed
    assert not any(line["missed"] for line in found["tools"]["composition"])
    page = (folder / ".winnow" / "reports" / "coverage.html").read_text(encoding="utf-8")
    assert "of 5 dialogues are not covered" in page
    assert not re.search(r"\bquer(y|ies)\b|\bintents?\b", page)
    assert {pair["advice"] for pair in found["overlaps"]} == {"write contrasts"}
    assert not any("+" in label for pair in found["overlaps"] for label in pair["labels"])


def test_requests_from_production_are_compared_with_train(demo: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "assistant"
    shutil.copytree(demo[0], folder)
    asked = ["Please put the rent on my to-do list.", "Transpose this sonata into B flat minor."]
    rows = [{"messages": [{"role": "user", "content": text}]} for text in asked]
    (folder / "requests.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    added = run_winnow("add", "requests.jsonl", "--origin", "log", "--license", "own", cwd=folder)
    assert "added 2 + known 0 + dropped 0" in added.stdout, added.stdout + added.stderr
    found = json.loads(run_winnow("coverage", "--json", cwd=folder).stdout)
    assert found["traffic"]["queries"] == 5 + 2
    assert run_winnow("status", cwd=folder).stdout.count("unlabeled 7") == 1


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
    counts = Workspace.find(folder).release("first").counts
    assert len(exported) == sum(counts.values()) > len(given) == 309
    assert not Counter(map(calls_of, given)) - Counter(map(calls_of, exported))
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


def test_messages_and_tools_come_back_exactly_as_the_documentation_loads_them(
    demo: tuple[Path, str], tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    compare = """
files = {split: f".winnow/releases/first/jsonl/{split}.jsonl" for split in splits}
lines = load_dataset("json", data_files=files)
for split in splits:
    assert [(one["id"], one["messages"], one["tools"]) for one in lines[split]] == [
        (one["id"], one["messages"], one["tools"]) for one in splits[split]
    ]
print(json.dumps(rows))
"""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", snippet + compare], cwd=demo[0], text=True, capture_output=True, env=environment
    )
    assert run.returncode == 0, run.stderr
    loaded = json.loads(run.stdout.splitlines()[-1])
    declared = json.loads((ASSISTANT / "tools.json").read_text(encoding="utf-8"))
    names = {tool["function"]["name"]: tool["function"] for tool in declared}
    given = [one for one in loaded if len(one["tools"]) == len(names)]
    assert len(given) > 100
    assert all({tool["name"]: tool for tool in one["tools"]} == names for one in given)


@pytest.mark.parametrize("changed", ["tools.json", "system_prompt.txt"])
def test_one_changed_byte_of_the_tools_or_the_system_prompt_is_found(
    demo: tuple[Path, str], tmp_path: Path, changed: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo[0] / ".winnow" / "releases" / "first", copy)
    content = bytearray((copy / changed).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / changed).chmod(0o600)
    (copy / changed).write_bytes(bytes(content))
    run = run_winnow("verify", copy, cwd=tmp_path)
    assert run.returncode == 1
    assert changed in run.stdout + run.stderr


def test_the_metadata_of_the_release_is_valid_croissant(demo: tuple[Path, str]) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(demo[0] / ".winnow" / "releases" / "first" / "croissant.json"))
    assert not dataset.metadata.issues.errors
    found = [row["test/messages"].decode() for row in dataset.records("test")]
    assert found == list(Workspace.find(demo[0]).release("first").rows("test")["messages"])
    card = (demo[0] / ".winnow" / "releases" / "first" / "README.md").read_text(encoding="utf-8")
    assert not re.search(r"\bquer(y|ies)\b|\bintents?\b", card)


def test_a_diff_shows_dialogues_tools_and_the_system_prompt(demo: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    shutil.copytree(demo[0], folder)
    tools = json.loads((folder / "tools.json").read_text(encoding="utf-8"))
    send = next(tool["function"] for tool in tools if tool["function"]["name"] == "send_email")
    send["parameters"]["properties"]["cc"] = {"type": "string"}
    (folder / "tools.json").write_text(json.dumps(tools), encoding="utf-8")
    with (folder / "system_prompt.txt").open("a", encoding="utf-8") as file:
        file.write("Say please.\n")
    call = {"function": {"name": "create_task", "arguments": '{"title": "Bike to the shop"}'}}
    messages = [
        {"role": "user", "content": "Write down that the bike goes to the shop."},
        {"role": "assistant", "content": "I'll add that.", "tool_calls": [{"id": "c1", "type": "function", **call}]},
    ]
    workspace = Workspace.find(folder)
    workspace.add(pd.DataFrame({"messages": [messages], "label": ["create_task"]}), license="own")
    workspace.freeze("second")
    found = json.loads(run_winnow("diff", "first", "second", "--json", cwd=folder).stdout)
    assert [one["text"].splitlines()[0] for one in found["changes"]] == [
        "user: Write down that the bike goes to the shop."
    ]
    assert found["task_changes"] == [
        ["tool send_email", "changed", ['argument cc added: {"type": "string"}']],
        ["system prompt", "changed", ["+Say please."]],
    ]
    printed = run_winnow("diff", "first", "second", cwd=folder).stdout
    assert "tool send_email changed\n  argument cc added" in printed
    page = (folder / ".winnow" / "reports" / "diff-first-second.html").read_text(encoding="utf-8")
    assert "create_task({&#34;title&#34;: &#34;Bike to the shop&#34;})" in page
    assert "+Say please." in page
