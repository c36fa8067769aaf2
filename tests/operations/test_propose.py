"""Propose by a run and from files: what is proposed, what is left out and why."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.dialogues import TOOLS, dialogue_id, tools_workspace
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.operations.propose import _is_answer
from winnow.training.methods import predict
from winnow.training.predictions import Predictions
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def run_and_traffic(trained_example: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with a trained run and unlabeled traffic, to copy."""
    root = tmp_path_factory.mktemp("propose") / "ws"
    shutil.copytree(trained_example[0].folder.root, root)
    winnow.open(root).add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="session"))
    return root


@pytest.fixture
def ws(run_and_traffic: Path, tmp_path: Path) -> Workspace:
    return winnow.open(shutil.copytree(run_and_traffic, tmp_path / "ws"))


def test_a_run_proposes_in_bands_and_only_what_it_is_sure_of(
    ws: Workspace, trained_example: tuple[Workspace, str]
) -> None:
    run = trained_example[1]
    unlabeled = ws.records()
    unlabeled = unlabeled[(unlabeled["state"] == "unlabeled") & (unlabeled["assigned_split"] == "train")]
    some = ws.propose(run, min_confidence=0.5, count=10)
    assert (some.proposed, sum(some.by_band.values())) == (10, 10)
    rest = ws.propose(run, min_confidence=0.5)
    after = ws.records()
    proposed = after[after["state"] == "proposed"]
    assert rest.proposed == len(proposed) - 10 > 0
    assert set(proposed["assigned_split"]) == {"train"}
    assert rest.left_out["proposed"] == 10
    assert rest.proposed + 10 + rest.left_out["low_confidence"] + rest.left_out.get("repeats_hold_out", 0) == len(
        unlabeled
    )
    predicted = predict(ws.run(run), list(proposed["text"]))
    assert predicted.labels == list(proposed["label"])
    assert predicted.confidence.min() >= 0.5
    assert sorted(rest.by_band, reverse=True) == list(rest.by_band)
    again = ws.propose(run, min_confidence=0.5)
    assert (again.proposed, again.next) == (0, "winnow status")
    waiting = {lot.generator.removeprefix("propose "): lot.records for lot in ws.status().lots}
    assert waiting == dict(Counter(some.by_band) + Counter(rest.by_band))
    assert {lot.model for lot in ws.status().lots} == {run}


def test_the_command_proposes_what_the_api_does(ws: Workspace, trained_example: tuple[Workspace, str]) -> None:
    told = run_winnow("propose", trained_example[1], "--count", "3", "--min-confidence", "0.3", cwd=ws.folder.root)
    assert told.returncode == 0, told.stderr
    assert "3 labels proposed" in told.stdout
    assert "next: winnow push review" in told.stdout
    rows = ws.records()
    shown = run_winnow("show", str(rows.loc[rows["state"] == "proposed", "id"].iloc[0]), cwd=ws.folder.root)
    assert f"({trained_example[1]}, confidence 0." in shown.stdout
    assert "no lot yet" in shown.stdout
    refused = run_winnow("propose", cwd=ws.folder.root)
    assert refused.returncode == 2
    assert "a run or a file of predictions" in refused.stderr


def test_rows_of_a_file_that_propose_nothing_are_listed_by_reason(ws: Workspace, tmp_path: Path) -> None:
    rows = ws.records()
    traffic = rows[(rows["state"] == "unlabeled") & (rows["assigned_split"] == "train")]
    first, second, third, fourth = traffic["id"].iloc[:4]
    held = str(rows.loc[rows["assigned_split"] == "test", "id"].iloc[0])
    labeled = str(rows.loc[(rows["state"] == "labeled") & (rows["assigned_split"] == "train"), "id"].iloc[0])
    text = traffic.set_index("id").loc[second, "text"]
    file = tmp_path / "labels.csv"
    pd.DataFrame(
        [
            (first, "", "it_vpn", 0.97),
            ("", text, "it_vpn", 0.93),
            (first, "", "it_vpn", 0.97),
            (third, "", "no such label", 0.97),
            (held, "", "it_vpn", 0.97),
            (labeled, "", "it_vpn", 0.97),
            ("nobody", "", "it_vpn", 0.97),
            (fourth, "", "it_vpn", 0.2),
            (fourth + "x", "", "", 0.2),
            (fourth, "", "it_vpn", 7),
        ],
        columns=["id", "text", "predicted", "confidence"],
    ).to_csv(file, index=False)
    found = ws.propose(predictions=file, model="router-v7", min_confidence=0.5)
    assert (found.proposed, found.by_band) == (2, {"0.95-0.99": 1, "0.9-0.95": 1})
    assert [(row["row"], str(row["reason"])) for row in found.rows] == [
        (4, "repeated"),
        (5, "unknown_label"),
        (6, "hold_out"),
        (7, "labeled"),
        (8, "unknown_record"),
        (9, "low_confidence"),
        (10, "no_label"),
        (11, "unreadable"),
    ]
    assert json.dumps(found.json())
    state = ws.records().set_index("id")["state"]
    assert [state[one] for one in (first, second, third, fourth)] == ["proposed", "proposed", "unlabeled", "unlabeled"]


def test_a_file_without_confidence_makes_one_lot(ws: Workspace, tmp_path: Path) -> None:
    rows = ws.records()
    traffic = rows[(rows["state"] == "unlabeled") & (rows["assigned_split"] == "train")]
    file = write_jsonl(tmp_path / "labels.jsonl", [{"id": one, "label": "it_vpn"} for one in traffic["id"].iloc[:5]])
    found = ws.propose(predictions=file, model="rules", count=3)
    assert (found.proposed, found.by_band) == (3, {"unknown": 3})
    assert ws.propose(predictions=file, model="other", min_confidence=0.5).left_out == {
        "proposed": 3,
        "no_confidence": 2,
    }


def test_what_cannot_propose_is_refused_with_the_way_out(ws: Workspace, tmp_path: Path) -> None:
    rows = list(winnow.open(ws.folder.root).release("first").rows("validation")["id"])
    file = write_jsonl(tmp_path / "rules.jsonl", [{"id": one, "label": "it_vpn"} for one in rows])
    imported, _ = ws.evaluate("first", predictions=file, name="rules")
    with pytest.raises(WinnowError, match=r"no model to run"):
        ws.propose(imported.run.id)
    with pytest.raises(WinnowError, match=r"neither or both"):
        ws.propose()
    with pytest.raises(WinnowError, match=r"name the model"):
        ws.propose(predictions=file)
    with pytest.raises(WinnowError, match=r"no id and no content"):
        ws.propose(predictions=write_jsonl(tmp_path / "a.jsonl", [{"number": 1}]), model="m")
    with pytest.raises(WinnowError, match=r"count"):
        ws.propose("any", count=0)


def test_an_answer_that_could_not_be_read_is_no_proposal() -> None:
    import numpy as np

    sure = Predictions(["a", "b"], np.array([[0.6, 0.4]]))
    assert _is_answer(sure, 0.6)
    assert not _is_answer(sure, 0.5)


def test_a_file_proposes_only_labels_that_agree_with_the_dialogue(tmp_path: Path) -> None:
    ws = tools_workspace(tmp_path / "tools")
    answered = [
        {
            "messages": [{"role": "user", "content": f"Hello {i}"}, {"role": "assistant", "content": "Hello!"}],
            "tools": TOOLS,
        }
        for i in range(12)
    ]
    ws.add(write_jsonl(tmp_path / "logged.jsonl", answered), origin="log")
    rows = ws.records()
    train = rows[(rows["state"] == "unlabeled") & (rows["assigned_split"] == "train")]
    numbers = [i for i, row in enumerate(answered) if dialogue_id(row) in set(train["id"])][:3]
    assert len(numbers) == 3
    labels = ["direct", "weather", "unable"]
    given = [{**answered[i], "label": label} for i, label in zip(numbers, labels, strict=True)]
    found = ws.propose(predictions=write_jsonl(tmp_path / "labels.jsonl", given), model="m")
    assert (found.proposed, found.left_out) == (2, {"label_contradicts_content": 1})
    assert [row["row"] for row in found.rows] == [2]
