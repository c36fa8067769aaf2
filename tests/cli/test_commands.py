from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE, ROOT
from winnow.cli.main import app
from winnow.workspace import Workspace

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "winnow.yaml").write_bytes((EXAMPLE / "winnow.yaml").read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_place_in_the_docs(name: str, tmp_path: Path) -> None:
    shown = run_winnow(name, "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert "Usage: winnow" in shown.stdout
    pages = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    assert re.search(rf"winnow {name}\b", pages), f"no docs page shows `winnow {name}`"


@pytest.mark.parametrize("arguments", [["--help"], ["status"]])
def test_a_light_command_loads_no_model_library(workspace: Path, arguments: list[str]) -> None:
    script = (
        f"import sys; sys.argv = ['winnow', *{arguments}]; from winnow.cli.main import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "models = {'torch', 'sentence_transformers', 'transformers', 'openvino', 'sklearn', 'pandas'}\n"
        "heavy = models & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=workspace, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr


def test_a_second_check_loads_no_model_and_embeds_nothing(tmp_path: Path, frozen_example: Workspace) -> None:
    script = (
        "import sys, winnow; winnow.open('.').check()\n"
        "heavy = {'torch', 'sentence_transformers', 'openvino', 'lance'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    frozen_example.check()
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=frozen_example.folder.root, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr


def test_json_is_one_object_with_the_contracts_keys(workspace: Path) -> None:
    def run(*arguments: object, code: int = 0) -> dict[str, object]:
        done = run_winnow(*arguments, "--json", cwd=workspace)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    added = run("add", EXAMPLE / "labeled.jsonl", "--license", "Apache-2.0")
    assert {"given", "added", "known", "dropped", "reasons", "dropped_file"} <= set(added)
    assert {"records", "assigned_splits", "queues", "lots", "next"} <= set(run("status"))
    checked = run("check")
    assert checked["passed"] is True
    keys = {"name", "measured", "threshold", "verdict", "evidence", "fix", "bound", "population", "loosened", "notes"}
    assert set(checked["gates"][0]) == keys  # type: ignore[index]
    assert run("check", "--set", "minimum_per_label=1000", code=1)["passed"] is False
    gates: Any = run("check", "--set", "leakage=0.3")["gates"]
    (tried,) = next(gate["loosened"] for gate in gates if gate["name"] == "leakage")
    assert (tried["setting"], tried["default"]) == ("gates.leakage.share_max", 0.1)
    assert (tried["value"], tried["reason"]) == (0.3, "tried, not saved")
    frozen = run("freeze", "first")
    assert {"release", "path", "counts", "max_cross_split_similarity", "excluded"} <= set(frozen)
    pairs = frozen["similarity_between_splits"]
    assert set(pairs) == {"train_to_hold_out", "validation_to_test"}
    assert frozen["max_cross_split_similarity"] == max(pairs.values())
    assert run("verify", "first") | {"sha256": ""} == {
        "ok": True,
        "problems": [],
        "recorded_hash": "measured",
        "sha256": "",
    }
    assert set(run("export", "first", "--format", "csv")["files"]) == {"train.csv", "validation.csv", "test.csv"}  # type: ignore[call-overload]
    trained = run("train", "first")
    assert {"run", "path", "seconds"} <= set(trained)
    evaluated = run("evaluate", trained["run"])
    contract = (
        "accuracy in_scope_accuracy macro_f1 out_of_scope intervals per_label confused_pairs calibration_error report"
    )
    assert set(contract.split()) <= set(evaluated)
    assert Path(str(evaluated["report"])).exists()
    queries = write_jsonl(workspace / "queries.jsonl", [{"text": "vpn is down"}, {"text": ""}])
    predicted = run("predict", trained["run"], queries)
    assert predicted["dropped"] == {"empty": 1}
    lines = run_winnow("predict", trained["run"], queries, cwd=workspace).stdout.splitlines()
    assert [json.loads(line) for line in lines] == predicted["predictions"]
    assert [(p["row"], p["label"]) for p in predicted["predictions"]] == [(1, "it_vpn"), (2, None)]  # type: ignore[attr-defined]
    assert [r["name"] for r in run("releases")["releases"]] == ["first"]  # type: ignore[attr-defined]
    assert [r["name"] for r in run("runs")["runs"]] == [trained["run"]]  # type: ignore[attr-defined]
    assert run("retract", "labeled.jsonl")["superseded"] == 764


def test_exit_codes_and_errors_without_a_traceback(workspace: Path) -> None:
    cases = [
        (("check", "--set", "beauty=1"), 2, "unknown gate setting 'beauty'"),
        (("add", "missing.csv"), 2, "missing.csv"),
        (("freeze", "first"), 1, "gate"),
        (("verify", "nothing"), 2, "no readable release"),
        (("evaluate", "nothing"), 2, "no such run"),
        (("show", "zzz"), 2, "no record"),
        (("retract", "nothing"), 2, "no source"),
        (("waive", "schema", "--by", "a", "--reason", "b", "--until", "2999-01-01"), 2, "cannot be waived"),
        (("predict", "nothing", "missing.csv"), 2, "no such run"),
        (("init", "/dev/null/x"), 3, "/dev/null/x"),
        (("train", "nothing"), 2, "no such release"),
        (("--no-such-option",), 2, "No such option"),
    ]
    for arguments, code, message in cases:
        done = run_winnow(*arguments, cwd=workspace)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), (arguments, done.stderr)
        assert message in done.stderr, (arguments, done.stderr)
    assert run_winnow("status", cwd=workspace.parent).returncode == 2


def test_every_command_names_the_next_one(workspace: Path) -> None:
    queries = write_jsonl(workspace / "q.jsonl", [{"text": "my vpn drops", "label": "it_vpn"}])
    for arguments in (("add", queries), ("status",), ("check",), ("show", "my vpn drops"), ("releases",), ("runs",)):
        lines = run_winnow(*arguments, cwd=workspace).stdout.strip().splitlines()
        assert lines[-1].startswith("next: "), arguments


def test_init_takes_151_labels_from_a_file(tmp_path: Path) -> None:
    rows = [{"text": f"t{i}", "intent": f"label {i % 150}" if i % 151 else "oos"} for i in range(453)]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    done = run_winnow("init", tmp_path / "ws", "--from", path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    task = Workspace.find(tmp_path / "ws").task
    assert len(task.labels) == 151
    assert task.fallback == "oos"
    again = run_winnow("init", tmp_path / "ws", cwd=tmp_path)
    assert (again.returncode, "already exists" in again.stderr) == (2, True)


def test_a_log_gets_plain_lines_and_no_control_characters(workspace: Path) -> None:
    row = {"text": "bad \u009b2J label \u202e", "label": "it_\u001b[31mvpn"}
    done = run_winnow("add", write_jsonl(workspace / "q.jsonl", [row]), cwd=workspace)
    assert "\x1b" not in done.stdout + done.stderr


def test_text_from_a_terminal_of_another_encoding_does_not_crash(workspace: Path) -> None:
    queries = write_jsonl(workspace / "q.jsonl", [{"text": "Größe ändern 请", "label": "it_vpn"}])
    run_winnow("add", queries, cwd=workspace)
    done = subprocess.run(
        [str(WINNOW_SCRIPT), "show", "Größe ändern 请"],
        cwd=workspace,
        capture_output=True,
        timeout=120,
        env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii", "WINNOW_CACHE": str(workspace)},
    )
    assert b"Traceback" not in done.stderr


def test_the_tools_template_starts_a_workspace_for_dialogues(tmp_path: Path) -> None:
    made = run_winnow("init", "assistant", "--template", "tools", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "winnow.yaml with 6 labels" in made.stdout  # two tools and four kinds of answers in text
    folder = tmp_path / "assistant"
    assert {path.name for path in folder.iterdir()} == {"winnow.yaml", "tools.json", "system_prompt.txt"}
    call = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"location": "Oslo"}'}}
    turns = [
        {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    ]
    added = run_winnow("add", write_jsonl(folder / "one.jsonl", [{"messages": turns}]), "--license", "own", cwd=folder)
    assert "added 1 +" in added.stdout, added.stderr
    again = run_winnow("init", "assistant", "--template", "tools", cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr.count("the file already exists") == 3
    both = run_winnow("init", "other", "--template", "tools", "--from", folder / "one.jsonl", cwd=tmp_path)
    assert "a draft of 1 tool from their calls" in both.stdout, both.stderr
    assert both.stdout.splitlines()[-1] == f"next: cd other && winnow add {folder / 'one.jsonl'}"
