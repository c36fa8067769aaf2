"""`winnow predict`: standard input, options, notes, and one JSON line a row."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.support.adapter_runs import adapter_run
from tests.support.files import write_jsonl
from winnow.cli.main import app
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.operations import predict as predict_operation
from winnow.training.evaluation.fit_on_validation import FITTED_FILE
from winnow.training.routing.router import Router
from winnow.workspace import Workspace

Trained = tuple[Workspace, str]


def called(place: Path, *arguments: object, given: str | None = None) -> Result:
    found = CliRunner().invoke(app, ["-w", str(place), "predict", *map(str, arguments)], input=given)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def lines_of(found: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.stdout.splitlines()]


@pytest.mark.parametrize(
    ("given", "read_as", "rows"),
    [
        ("the vpn drops, again\n\nhow many vacation days, if any, are left\n", "lines", [1, 3]),
        ("the vpn drops\n", "lines", [1]),
        ('{"text": "the vpn drops"}\n{"text": "how many vacation days are left"}\n', "jsonl", [1, 2]),
        ("id,text\n1,the vpn drops\n2,how many vacation days are left\n", "csv", [2, 3]),
    ],
)
def test_standard_input_is_one_query_a_line_unless_it_is_a_table(
    given: str, read_as: str, rows: list[int], trained_example: Trained
) -> None:
    workspace, run = trained_example
    found = called(workspace.folder.root, run, "-", "--threshold", 0, given=given)
    told = lines_of(found)
    assert [one["label"] for one in told] == ["it_vpn", "hr_leave"][: len(rows)]
    assert f"standard input is read as {read_as}: {counted(len(rows), 'row')}\n" in found.stderr
    assert [one["row"] for one in told] == rows
    assert list(told[0]) == ["row", "text", "label", "route", "confidence", "decided_by"]


def test_one_object_states_what_the_probabilities_went_through(trained_example: Trained, tmp_path: Path) -> None:
    workspace, run = trained_example
    file = write_jsonl(tmp_path / "q.jsonl", [{"text": "the vpn drops"}, {"text": ""}, {"text": "tell me a joke"}])
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {label: it_wifi, contains: vpn}\n")
    options = ("--threshold", 1, "--fallback", rules, "--top", 2)
    told = json.loads(called(workspace.folder.root, run, file, *options, "--json").stdout)
    assert (told["given"], told["dropped"]) == (3, {"empty": 1})
    assert told["rule"]["threshold"] == 1
    assert told["rule"]["temperature"] > 0
    assert told["rule"]["fallback"] == "fallback"
    assert [(one["row"], one["label"]) for one in told["predictions"]] == [(1, "it_wifi"), (2, None), (3, "fallback")]
    assert [one.get("decided_by") for one in told["predictions"]] == ["rules", None, "fallback"]
    assert [len(one.get("top", ())) for one in told["predictions"]] == [2, 0, 2]
    assert called(workspace.folder.root, run, file, *options).stdout.splitlines() == [
        json.dumps(one, ensure_ascii=False) for one in told["predictions"]
    ]


def test_probabilities_that_are_not_calibrated_are_noted_with_the_command(
    trained_example: Trained, tmp_path: Path
) -> None:
    workspace, run = trained_example
    alone = tmp_path / "alone" / run
    shutil.copytree(workspace.run(run).path, alone)
    (alone / FITTED_FILE).unlink(missing_ok=True)
    file = write_jsonl(tmp_path / "q.jsonl", [{"text": "the vpn drops"}])
    found = called(tmp_path, alone, file, "--out", tmp_path / "answers.jsonl")
    assert f"probabilities of {run} are not calibrated: its release is not here" in " ".join(found.stderr.split())
    assert f"winnow evaluate {run}" in " ".join(found.stderr.split())
    assert json.loads((tmp_path / "answers.jsonl").read_text())["decided_by"] == "model"
    assert "next: winnow evaluate" in found.stdout


def test_rows_are_printed_as_soon_as_their_part_is_answered_and_a_file_appears_whole(
    trained_example: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, run = trained_example
    texts = ["the vpn drops", "", "how many vacation days are left", "tell me a joke"]
    file = write_jsonl(tmp_path / "q.jsonl", [{"text": text} for text in texts])
    together = called(workspace.folder.root, run, file)
    monkeypatch.setattr(predict_operation, "TEXTS_AT_A_TIME", 1)
    assert called(workspace.folder.root, run, file).stdout == together.stdout
    assert called(workspace.folder.root, run, file).stderr.count("1 row skipped: empty") == 1
    whole = predict_operation.answer_texts

    def stops(router: Router, texts: list[object], *rest: Any, **how: Any) -> Any:
        if "tell me a joke" in texts:
            raise WinnowError(Problem("row", "stopped", "", ""))
        return whole(router, texts, *rest, **how)

    monkeypatch.setattr(predict_operation, "answer_texts", stops)
    stopped = CliRunner().invoke(app, ["-w", str(workspace.folder.root), "predict", run, str(file)])
    assert isinstance(stopped.exception, WinnowError)
    assert stopped.stdout.splitlines() == together.stdout.splitlines()[:3]
    out = tmp_path / "answers.jsonl"
    CliRunner().invoke(app, ["-w", str(workspace.folder.root), "predict", run, str(file), "--out", str(out)])
    assert [path.name for path in tmp_path.iterdir()] == ["q.jsonl"]


def test_options_about_labels_are_refused_where_dialogues_are_answered(
    frozen_dialogues: Workspace, tmp_path: Path
) -> None:
    workspace = Workspace.find(Path(shutil.copytree(frozen_dialogues.folder.root, tmp_path / "ws")))
    run = adapter_run(workspace, "first")
    with pytest.raises(WinnowError) as caught:
        called(workspace.folder.root, run.id, "missing.jsonl", "--top", 3, "--threshold", 0.5, "--fallback", "x.yaml")
    assert [one.where for one in caught.value.problems] == ["top", "threshold", "fallback"]


def test_a_rule_file_with_problems_is_refused_before_anything_is_labeled(
    trained_example: Trained, tmp_path: Path
) -> None:
    workspace, run = trained_example
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {label: it_vpm, contains: vpn}\n- {label: it_vpn}\n")
    file = write_jsonl(tmp_path / "q.jsonl", [{"text": "the vpn drops"}])
    with pytest.raises(WinnowError) as caught:
        called(workspace.folder.root, run, file, "--fallback", rules)
    assert [one.where for one in caught.value.problems] == [f"{rules}:1", f"{rules}:2"]
