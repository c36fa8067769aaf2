"""Another system's predictions become a run: joined, checked row by row, and measured like any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.training.evaluation.metrics import NO_ANSWER
from winnow.training.imported_runs.import_run import import_predictions
from winnow.training.imported_runs.imported_predictions import load_imported
from winnow.training.imported_runs.match_records import match_records
from winnow.training.imported_runs.prediction_file import ImportedPrediction, read_predictions
from winnow.training.run_facts import ImportedRunFacts
from winnow.workspace import Workspace

LABELS = ["billing", "account", "none"]


def given(
    row: int, record: str | None = None, *, text: str | None = None, label: str | None = "a"
) -> ImportedPrediction:
    return ImportedPrediction(row, record, text, label, None, None)


def held_out(workspace: Workspace, split: str = "validation") -> list[dict[str, Any]]:
    return list(workspace.release("first").rows(split)[["id", "text", "label"]].to_dict("records"))


def test_rows_are_joined_by_id_then_exact_then_folded_text() -> None:
    records = [("1", "My VPN"), ("2", "my vpn"), ("3", "Wifi  is down"), ("4", "wifi is down"), ("5", "left alone")]
    rows = [
        given(1, "1", text="another text"),
        given(2, text="my vpn"),
        given(3, text="WIFI is down"),
        given(4, text="nobody asked"),
    ]
    found = match_records(rows, records, file="f")
    assert {record: row.row for record, row in found.by_id.items()} == {"1": 1, "2": 2, "3": 3, "4": 3}
    assert (found.unmatched, found.repeated, found.problems) == (1, 0, [])


def test_an_exact_text_goes_before_a_folded_one_wherever_it_stands() -> None:
    rows = [given(1, text="MY VPN", label="b"), given(2, text="My VPN", label="a")]
    for order in (rows, rows[::-1]):
        found = match_records(order, [("1", "My VPN")], file="f")
        assert found.by_id["1"].label == "a"
        assert found.problems == []


def test_a_record_that_is_answered_twice_is_a_problem_unless_both_say_the_same() -> None:
    same = match_records([given(1, "1"), given(2, "1")], [("1", "x")], file="f")
    assert (same.repeated, same.problems) == (1, [])
    other = match_records([given(1, "1"), given(7, "1", label="b")], [("1", "x")], file="f")
    assert str(other.problems[0]).startswith("f, row 7: two predictions for one record: 'b' and, in row 1, 'a'")


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "1", "label": "billing", "confidence": 0.9},
        {"id": "2", "label": "biling"},
        {"id": "3", "label": "billing", "confidence": 90},
        {"label": "billing"},
        {"id": "5", "label": "account", "probabilities": {"account": 0.5, "billing": 0.1}},
        {"id": "6", "label": "account", "probabilities": {"acount": 1.0}},
        {"id": "7", "label": "account", "probabilities": [0.5, 0.5]},
        {"id": "8", "label": ""},
        {"id": "9", "label": "account", "confidence": "high"},
        {"id": "10", "label": "account", "confidence": "nan"},
        {"id": "11", "label": "account", "confidence": 10**400},
        {"id": "12", "label": "account", "probabilities": {"account": 10**400}},
    ]
    found = read_predictions(write_jsonl(tmp_path / "p.jsonl", rows), LABELS)
    places = [str(problem).split(":")[0] for problem in found.problems]
    assert places == [f"p.jsonl, row {row}" for row in (2, 3, 4, 5, 6, 7, 9, 10, 11, 12)]
    assert "did you mean 'billing'" in str(found.problems[0])
    assert [row.label for row in found.rows] == ["billing", None]


def test_a_file_of_which_no_row_can_be_read_says_why(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text("id label\n1 billing\n")
    with pytest.raises(WinnowError, match=r"p\.jsonl, row 1: not JSON.*\n.*p\.jsonl, row 2: not JSON"):
        read_predictions(file, LABELS)


def test_a_csv_with_gold_and_prediction_reads_the_prediction(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('id,label,predicted,score,probabilities\n1,none,account,0.75,"{""account"": 1}"\n')
    row = read_predictions(path, LABELS).rows[0]
    assert (row.label, row.confidence, row.probabilities) == ("account", 0.75, (0.0, 1.0, 0.0))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"label": "billing", "probabilities": {"billing": 0.2, "account": 0.8}}, "'billing' has the probability 0.2"),
        ({"label": "none", "probabilities": {"none": 0.2, "account": 0.8}}, ""),  # the fallback, below a threshold
        ({"label": "billing", "probabilities": {"billing": 0.5, "account": 0.5}}, ""),  # a tie
        ({"label": "account", "probabilities": {"account": 0.9, "none": 0.1}, "confidence": 0.5}, "confidence 0.5"),
        ({"label": "account", "probabilities": {"account": 0.9, "none": 0.1}, "confidence": 0.899}, ""),
        ({"label": "account", "probabilities": {"account": 0.9, "none": 0.1}, "score": 12}, "confidence '12'"),
    ],
)
def test_a_row_that_contradicts_itself_is_named(tmp_path: Path, row: dict[str, Any], found: str) -> None:
    file = write_jsonl(tmp_path / "p.jsonl", [{"id": "1", **row}])
    problems = [str(one) for one in read_predictions(file, LABELS, fallback="none").problems]
    assert len(problems) == bool(found)
    assert all(found in problem for problem in problems)


@pytest.mark.parametrize("prefix", ["", "prob_", "p_"])
def test_one_column_of_probabilities_for_each_label_is_read(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "p.csv"
    head = ",".join(f"{prefix}{label}" for label in LABELS)
    path.write_text(f"id,label,{head}\n1,account,0.1,0.7,0.2\n2,billing,0.1,0.7,0.2\n")
    found = read_predictions(path, LABELS)
    assert found.rows[0].probabilities == (0.1, 0.7, 0.2)
    assert found.rows[0].confidence == 0.7
    assert [problem.where for problem in found.problems] == ["p.csv, row 3"]


def test_probabilities_of_some_labels_only_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,label,billing,account\n1,account,0.1,0.9\n")
    with pytest.raises(WinnowError, match="probabilities of 2 of 3 labels; none are missing"):
        read_predictions(path, LABELS)


def test_predictions_of_another_split_are_named_as_such(frozen_example: Workspace, tmp_path: Path) -> None:
    rows = [{"id": row["id"], "label": row["label"]} for row in held_out(frozen_example, "test")]
    file = write_jsonl(tmp_path / "test.jsonl", rows)
    release = frozen_example.release("first")
    with pytest.raises(WinnowError) as caught:
        import_predictions(release, file, tmp_path / "runs", name="rules")
    (problem,) = caught.value.problems
    assert f"but for all {len(rows)} test rows" in problem.found
    assert f"winnow evaluate {release.path} --predictions {file} --name rules --split test" in problem.fix
    assert import_predictions(release, file, tmp_path / "runs", name="rules", split="test").new


@pytest.mark.parametrize(
    ("header", "missing"), [("id,answer", "no label column"), ("query_id,label", "no id or text column")]
)
def test_a_file_without_the_columns_says_which(tmp_path: Path, header: str, missing: str) -> None:
    (tmp_path / "p.csv").write_text(f"{header}\n1,billing\n")
    with pytest.raises(WinnowError, match=missing):
        read_predictions(tmp_path / "p.csv", LABELS)


def test_a_perfect_file_scores_one_and_is_one_run(frozen_example: Workspace, tmp_path: Path) -> None:
    release = frozen_example.release("first")
    rows = [{"id": row["id"], "label": row["label"]} for row in held_out(frozen_example)]
    file = write_jsonl(tmp_path / "p.jsonl", rows)
    run, new = import_predictions(release, file, tmp_path / "runs", name="oracle")
    assert new
    assert run.id.startswith("first-oracle-")
    assert import_predictions(release, file, tmp_path / "runs", name="oracle") == (run, False)
    assert import_predictions(release, file, tmp_path / "runs", name="other")[0].id != run.id
    answers = load_imported(run, [row["id"] for row in held_out(frozen_example)])
    assert answers.labels == [row["label"] for row in held_out(frozen_example)]
    assert (answers.confidence, answers.predictions) == (None, None)
    assert run.facts_of(ImportedRunFacts).predicted_rows == {"train": 0, "validation": len(rows), "test": 0}
    text = "".join(path.read_text(errors="ignore") for path in run.path.rglob("*") if path.is_file())
    assert held_out(frozen_example)[0]["text"] not in text  # what is forgotten is not found here


def test_missing_rows_are_refused_or_wrong(frozen_example: Workspace, tmp_path: Path) -> None:
    release, rows = frozen_example.release("first"), held_out(frozen_example)
    some = write_jsonl(tmp_path / "p.jsonl", [{"text": row["text"], "label": row["label"]} for row in rows[:-3]])
    with pytest.raises(WinnowError, match=f"no prediction for 3 of {len(rows)} validation rows"):
        import_predictions(release, some, tmp_path / "runs", name="some")
    run, _ = import_predictions(release, some, tmp_path / "runs", name="some", missing="wrong")
    answers = load_imported(run, [row["id"] for row in rows])
    assert answers.labels[-3:] == [NO_ANSWER] * 3
    assert sum(a == row["label"] for a, row in zip(answers.labels, rows, strict=True)) == len(rows) - 3
    with pytest.raises(WinnowError, match="no row matches release"):
        import_predictions(
            release, write_jsonl(tmp_path / "x.jsonl", [{"id": "x", "label": "it_vpn"}]), tmp_path, name="x"
        )
    for how in ({"name": "../x"}, {"name": "x", "missing": "maybe"}, {"name": "x", "split": "dev"}):
        with pytest.raises(WinnowError, match=r"name|split|missing"):
            import_predictions(release, some, tmp_path, **how)


def test_confidence_is_in_all_rows_or_in_none(frozen_example: Workspace, tmp_path: Path) -> None:
    rows = [{"id": row["id"], "label": row["label"]} for row in held_out(frozen_example)]
    rows[0]["confidence"] = 0.5
    file = write_jsonl(tmp_path / "p.jsonl", rows)
    with pytest.raises(WinnowError, match=f"confidence in 1 of {len(rows)} predictions"):
        import_predictions(frozen_example.release("first"), file, tmp_path, name="x")


def test_a_model_that_is_exported_and_imported_again_measures_the_same(
    trained_example: tuple[Workspace, str], tmp_path: Path
) -> None:
    from winnow.training.methods import predict

    original, run_id = trained_example
    shutil.copytree(original.folder.root, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    rows = []
    for split in ("validation", "test"):
        held = held_out(workspace, split)
        told = predict(workspace.run(run_id), [row["text"] for row in held])
        rows += [
            {
                "id": row["id"],
                "label": label,
                "probabilities": {name: float(p) for name, p in zip(told.classes, shares, strict=True)},
            }
            for row, label, shares in zip(held, told.labels, told.probabilities, strict=True)
        ]
    evaluation, page = workspace.evaluate(
        "first", predictions=write_jsonl(tmp_path / "p.jsonl", rows), name="again", split="test"
    )
    own, _ = workspace.evaluate(run_id, split="test")
    for key in ("accuracy", "macro_f1", "confused_pairs", "per_label", "routes", "intervals"):
        assert getattr(evaluation.measures, key) == getattr(own.measures, key), key
    assert evaluation.measures.calibration_error == pytest.approx(own.measures.calibration_error, abs=1e-5)
    scope, known = evaluation.measures.out_of_scope, own.measures.out_of_scope
    assert scope.at_in_scope_loss.auroc.value == pytest.approx(known.at_in_scope_loss.auroc.value)
    assert isinstance(evaluation.measures.latency, NotMeasured)
    assert "p.jsonl" in page.read_text()
    assert evaluation.run.id in [run["name"] for run in workspace.runs()]
    with pytest.raises(WinnowError, match="there is no model to run"):
        workspace.predict(evaluation.run.id, ["my vpn drops"])
    assert np.isfinite(evaluation.predictions["confidence"]).all()


def test_the_command_imports_and_reports_bad_rows(frozen_example: Workspace, tmp_path: Path) -> None:
    path = frozen_example.release("first").path
    rows = [{"text": row["text"], "label": "fallback"} for row in held_out(frozen_example)]
    good = write_jsonl(tmp_path / "rules.jsonl", rows)
    done = run_winnow("evaluate", path, "--predictions", good, "--name", "rules", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["out_of_scope"]["recall"]["value"] == 1
    assert found["calibration_error"]["status"] == "not_measured"
    assert (tmp_path / "runs" / found["run"] / "run.json").exists()
    shown = run_winnow("evaluate", tmp_path / "runs" / found["run"], cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    bad = write_jsonl(tmp_path / "bad.jsonl", [{"text": row["text"], "label": "fallbak"} for row in rows])
    done = run_winnow("evaluate", path, "--predictions", bad, "--name", "rules", cwd=tmp_path)
    assert done.returncode == 2
    assert "row 1: label 'fallbak'" in done.stderr
    assert "more problems" in done.stderr
    assert "Traceback" not in done.stderr
