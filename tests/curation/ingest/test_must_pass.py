"""Pinned cases: read with every fault at once, frozen with the release, and passed or failed apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import winnow
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from winnow.core.errors import WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.result import NotMeasured
from winnow.curation.releases.manifest import MustPassFacts
from winnow.curation.releases.release import open_release
from winnow.curation.releases.release_lines import MustPassCase
from winnow.training.evaluation.must_pass_cases import score_must_pass
from winnow.training.predictions import ModelOutput
from winnow.workspace import Workspace

CASES = [
    {"text": "my vpn drops every hour", "label": "it_vpn"},
    {"text": "I need write access to the design share", "label": "it_access"},
    {"text": "tell me something funny about penguins", "label": "it_hardware"},  # on purpose: it fails
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with pinned cases, one of which train holds, frozen and trained."""
    folder = tmp_path_factory.mktemp("must_pass") / "ws"
    folder.mkdir()
    text = (EXAMPLE / "winnow.yaml").read_text()
    goals = "goals: {accuracy: 0.6, recall.it_vpn: 0.9}\nmust_pass: must_pass.jsonl\n"
    (folder / "winnow.yaml").write_text(text + goals)
    ws = winnow.open(folder)
    ws.add(EXAMPLE / "labeled.jsonl", license="Apache-2.0")
    records = ws.records()
    held = records[(records["assigned_split"] == "train") & (records["label"] == "hr_leave")].iloc[0]
    write_jsonl(folder / "must_pass.jsonl", [*CASES, {"text": held["text"].upper(), "label": "hr_leave"}])
    ws.freeze("first")
    ws.train("first")
    return ws


def test_a_release_holds_its_must_pass_cases_and_verify_watches_them(workspace: Workspace) -> None:
    release = workspace.release("first")
    cases = release.must_pass()
    assert cases is not None
    assert {case.text for case in cases} >= {case["text"] for case in CASES}
    assert [case.id for case in cases] == sorted(case.id for case in cases)
    assert release.manifest.must_pass == MustPassFacts(cases=4, repeated_in={"train": 1, "validation": 0, "test": 0})
    assert release.manifest.files["must_pass.jsonl"].sha256 == file_sha256(release.path / "must_pass.jsonl")
    assert "1 of them are also in train" in (release.path / "README.md").read_text()
    assert workspace.verify("first") == []


def test_the_order_of_the_file_does_not_change_the_release(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.folder.root, tmp_path / "ws")
    copied = Workspace.find(tmp_path / "ws")
    path = copied.folder.root / "must_pass.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*reversed(lines), lines[0]]))  # a case that stands twice is one
    assert copied.freeze("second").sha256 == file_sha256(workspace.release("first").path / "manifest.json")


def test_must_pass_cases_are_reported_apart_with_every_failing_text(workspace: Workspace) -> None:
    run = workspace.runs()[0]["name"]
    evaluation, page = workspace.evaluate(run)
    found = evaluation.measures.must_pass
    assert (found.cases, found.passed) == (4, 3)
    assert [one.text for one in found.failures] == ["tell me something funny about penguins"]
    assert found.failures[0].predicted == "fallback"
    assert found.repeats_train.rows == 1
    assert found.new_to_train.rows == 3
    assert "tell me something funny about penguins" in page.read_text()
    goals = {goal.goal: goal.verdict for goal in evaluation.measures.goals}
    assert goals == {"accuracy": "met", "recall.it_vpn": "not enough evidence"}


def test_a_release_without_them_says_why() -> None:
    assert "has no must_pass file" in score_must_pass(None, None, None, named=False).why
    assert "frozen before" in score_must_pass(None, None, None, named=True).why
    assert isinstance(score_must_pass([], None, None, named=True), NotMeasured)
    case = MustPassCase("1", "x", "a")
    assert isinstance(score_must_pass([case], None, None, named=True), NotMeasured)
    found = score_must_pass([case], ModelOutput(["b"]), np.array([False]), named=True)
    assert isinstance(found.failures[0].confidence, NotMeasured)


def test_every_problem_of_the_file_comes_at_once(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("billing", "account", more="must_pass: cases.jsonl\n")
    with pytest.raises(WinnowError, match=r"no file cases\.jsonl"):
        workspace.check()
    rows = [
        {"text": "where is my invoice", "label": "billing"},
        {"text": "where is my invoice", "label": "account"},
        {"text": "", "label": "billing"},
        {"text": "pay by card", "label": "biling"},
        {"text": "log me in"},
    ]
    write_jsonl(workspace.folder.root / "cases.jsonl", rows)
    with pytest.raises(WinnowError) as caught:
        workspace.check()
    found = str(caught.value)
    assert "row 2" in found
    assert "row 3" in found
    assert "did you mean" in found or "the closest label is 'billing'" in found
    assert "row 5: no label" in found
    assert len(caught.value.problems) == 4


def test_a_file_outside_of_the_workspace_is_not_read(make_workspace: Callable[..., Workspace], tmp_path: Path) -> None:
    write_jsonl(tmp_path / "secret.jsonl", [{"text": "x y z", "label": "a"}])
    workspace = make_workspace("a", "b", more="must_pass: ../secret.jsonl\n")
    with pytest.raises(WinnowError, match=r"a file next to winnow\.yaml"):
        workspace.check()


def test_private_data_of_a_case_is_replaced_and_a_forgotten_text_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(workspace.folder.root, tmp_path / "ws")
    copied = Workspace.find(tmp_path / "ws")
    path = copied.folder.root / "must_pass.jsonl"
    write_jsonl(path, [{"text": "reset the password of anna.berg@bergmann-stahl.de please", "label": "it_password"}])
    copied.freeze("scrubbed")
    assert "anna.berg@bergmann-stahl.de" not in (copied.release("scrubbed").path / "must_pass.jsonl").read_text()
    record = copied.records().iloc[0]
    write_jsonl(path, [{"text": record["text"], "label": record["label"] or "fallback"}])
    gone = copied.forget(record["id"])
    assert "must_pass.jsonl" in gone.exports  # the file is the team's own: it is named, not changed
    with pytest.raises(WinnowError, match="was forgotten"):
        copied.freeze("third")


def test_a_release_of_before_is_still_read(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.release("first").path, tmp_path / "old")
    (tmp_path / "old" / "must_pass.jsonl").unlink()
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    del manifest["must_pass"], manifest["files"]["must_pass.jsonl"]
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(manifest))
    assert open_release(tmp_path / "old").must_pass() is None
