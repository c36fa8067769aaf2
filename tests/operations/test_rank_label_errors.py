"""`label-errors` on workspaces of both kinds: what it finds, in which splits, and the same for the same state."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.paths import ROOT
from tests.support.workspaces import new_workspace
from winnow.core.label_error_evidence import EvidenceKind
from winnow.core.vocabulary import Split
from winnow.operations.label_errors import LabelErrors
from winnow.workspace import Workspace

ASSISTANT = ROOT / "examples" / "assistant"

MODEL = EvidenceKind.OUT_OF_FOLD


def row(said: str, name: str, arguments: dict[str, str], result: str, split: str = "train") -> dict[str, Any]:
    """A dialogue with one call, in a group of its own."""
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    messages = [
        {"role": "user", "content": said},
        {"role": "assistant", "content": "I will.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": result},
        {"role": "assistant", "content": "It is done."},
    ]
    return {"messages": messages, "label": name, "group": f"{said} {name} {split}", "split": split}


PLANTED = [
    row("Put Kiln repair on my list", "create_task", {"title": "Kiln repair"}, '{"title": "Oboe lesson"}'),
    row(
        "Remind me to oil the loom",
        "create_task",
        {"title": "Oil the loom"},
        '{"error": "the service is down"}',
        "test",
    ),
    row("Strike task_31 off my list", "complete_task", {"task_id": "task_31"}, '{"id": "task_31"}'),
    row("Strike task_31 off my list", "delete_task", {"task_id": "task_31"}, '{"id": "task_31"}'),
    row("Strike task_44 off my list", "complete_task", {"task_id": "task_44"}, '{"id": "task_44"}'),
    row("Strike task_44 off my list", "delete_task", {"task_id": "task_44"}, '{"id": "task_44"}', "test"),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the assistant example with planted errors."""
    folder = tmp_path_factory.mktemp("errors") / "assistant"
    shutil.copytree(ASSISTANT, folder)
    (folder / "planted.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PLANTED), encoding="utf-8")
    for file in ("dialogues.jsonl", "planted.jsonl"):
        run = run_winnow("add", file, "--group-column", "group", "--license", "own", cwd=folder)
        assert run.returncode == 0, run.stdout + run.stderr
    return winnow.open(folder)


@pytest.fixture(scope="module")
def found(assistant: Workspace) -> LabelErrors:
    return assistant.label_errors()


def test_planted_errors_are_first_and_nothing_else_is_strong(found: LabelErrors) -> None:
    strong = [one for one in found.suspected if one.strong_kinds]
    assert found.suspected[: len(strong)] == tuple(strong)
    assert sorted((one.split, one.label, *one.strong_kinds) for one in strong) == [
        ("test", "create_task", "result_contradicts_call"),
        ("train", "complete_task", "same_question"),
        ("train", "create_task", "result_contradicts_call"),
        ("train", "delete_task", "same_question"),
    ]


def test_records_of_different_splits_are_not_compared(found: LabelErrors) -> None:
    assert not [one.id for one in found.suspected if "task_44" in one.text and one.strong_kinds]


def test_a_model_judges_train_only_and_proposes_what_is_offered(found: LabelErrors) -> None:
    by_model = [one for one in found.suspected if MODEL in one.kinds]
    assert by_model
    assert {one.split for one in by_model} == {Split.TRAIN}
    assert all(one.score is not None and one.score > 0 for one in by_model)
    assert all(one.score is None for one in found.suspected if one.split != Split.TRAIN)
    assert not [one for one in by_model if one.label == "general" or one.proposed == "general"]
    assert found.unscored_labels["create_event+list_tasks+update_event"] == 1


def test_the_command_writes_all_of_them_and_the_same_each_time(assistant: Workspace, found: LabelErrors) -> None:
    folder = assistant.folder.root
    for name in ("one.csv", "two.csv"):
        run = run_winnow("label-errors", "--output", name, cwd=folder)
        assert run.returncode == 0, run.stderr
    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()
    assert list(pd.read_csv(folder / "one.csv")["id"]) == [one.id for one in found.suspected]
    assert "next: winnow push relabel" in run.stdout
    assert f"of {found.scored:,} train records that a model judged" in run.stdout
    assert "not judged, because they have too few rows: " in run.stdout


def test_json_is_the_record_and_another_suffix_is_refused(assistant: Workspace, found: LabelErrors) -> None:
    folder = assistant.folder.root
    assert LabelErrors.model_validate_json(run_winnow("label-errors", "--json", cwd=folder).stdout) == found
    refused = run_winnow("label-errors", "--output", "x.xlsx", cwd=folder)
    assert refused.returncode == 2
    assert "--output: x.xlsx has .xlsx; expected: .csv or .jsonl" in refused.stderr


def test_intents_are_ranked_by_the_model_alone(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", "pay", "fly")
    texts = [f"{verb} the {word} bill" for verb in ("pay", "settle") for word in "gas water phone rent power".split()]
    texts += [f"book a flight to {city}" for city in "Rome Oslo Lima Cairo Delhi Porto Kyoto Quito".split()]
    labels = ["pay" if "bill" in text else "fly" for text in texts]
    frame = pd.DataFrame({"text": [*texts, "book a flight to Paris"], "label": [*labels, "pay"]})
    workspace.add(frame.assign(split="train"), license="own")
    found = workspace.label_errors()
    assert [(one.text, one.label, one.proposed) for one in found.suspected[:1]] == [
        ("book a flight to Paris", "pay", "fly")
    ]
    assert {kind for one in found.suspected for kind in one.kinds} == {MODEL}
    assert found.records == len(workspace.records()) == 19
    assert found.scored == (workspace.records()["assigned_split"] == "train").sum()
