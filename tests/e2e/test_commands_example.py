"""What the commands example claims about itself, and that it goes through the product as its README says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import winnow
from tests.support.paths import ROOT
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.io.readers.columns import Columns
from winnow.validators.wording.guards import Guards
from winnow.workspace import Workspace

COMMANDS = ROOT / "examples" / "commands"

LABELS = ["command", "prompt", "workflow"]

HARD = {
    "/help": "command",
    "how to fix memory leaks?": "prompt",
    "create React component for auth": "workflow",
    "implement OAuth2 system": "workflow",
    "write a quicksort in haskell": "prompt",
    "write a quicksort in haskell into file foo.hs": "workflow",
}
"""Decided when the task was defined."""


def rows_of(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (COMMANDS / name).read_text(encoding="utf-8").splitlines()]


LABELED, MUST_PASS = rows_of("labeled.jsonl"), rows_of("must_pass.jsonl")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example as a newcomer adds it."""
    folder = tmp_path_factory.mktemp("commands")
    for name in ("winnow.yaml", "must_pass.jsonl"):
        shutil.copy(COMMANDS / name, folder)
    made = winnow.open(folder)
    added = made.add(COMMANDS / "labeled.jsonl", license="Apache-2.0", columns=Columns(group="group"))
    assert (added.given, added.added, added.flagged) == (len(LABELED), len(LABELED), {})
    return made


def test_there_is_enough_of_everything_and_the_readme_counts_it() -> None:
    task = winnow.open(COMMANDS).task
    counts = Counter(row["label"] for row in LABELED)
    groups = [row["group"] for row in LABELED if "group" in row]
    readme = (COMMANDS / "README.md").read_text()
    assert task.label_names == LABELS
    assert all(counts[label] >= max(70, task.targets.per_label) for label in LABELS)
    assert ", ".join(f"{counts[label]} {label}" for label in LABELS) in readme
    assert f"{len(LABELED)} labeled queries as `{{text, label}}`, {len(groups)} of them with a `group`" in readme
    assert Counter(row["label"] for row in MUST_PASS) == dict.fromkeys(LABELS, 7)
    assert f"{len(MUST_PASS)} must-pass queries as `{{text, label}}`, seven for each label" in readme
    assert f"There are {len(set(groups))} such groups" in readme


def test_the_task_sets_goals_and_pins_a_file_that_is_there() -> None:
    task = winnow.open(COMMANDS).task
    assert task.goals == {"recall.command": 1.00, "recall.prompt": 0.97, "recall.workflow": 0.93}
    assert task.must_pass is not None
    assert (COMMANDS / task.must_pass).is_file()


def test_the_hard_cases_are_must_pass_under_their_labels() -> None:
    must_pass = {row["text"]: row["label"] for row in MUST_PASS}
    assert HARD.items() <= must_pass.items()
    assert set(must_pass.values()) == set(LABELS)
    readme = (COMMANDS / "README.md").read_text()
    assert all(f"{text}` | {label} |" in readme or f"| {text} | {label} |" in readme for text, label in HARD.items())


def test_no_text_stands_twice_neither_as_it_is_nor_with_slots_and_numbers_set_aside() -> None:
    task = winnow.open(COMMANDS).task
    shown = [text for label in task.labels for text in label.examples]
    shown += [label.near_miss.text for label in task.labels if label.near_miss]
    texts = [row["text"] for row in (*LABELED, *MUST_PASS)] + shown
    masked = Counter(Guards(task.slots).masked(text).casefold() for text in texts)
    assert [text for text, count in masked.items() if count > 1] == []


def test_every_group_holds_the_same_request_under_different_labels() -> None:
    labels: dict[str, list[str]] = {}
    for row in LABELED:
        if "group" in row:
            labels.setdefault(row["group"], []).append(row["label"])
    assert all(len(said) == len(set(said)) >= 2 for said in labels.values())


def test_each_slot_stands_in_the_rows_and_each_value_in_one_slot() -> None:
    slots = winnow.open(COMMANDS).task.slots
    values = [value for each in slots.values() for value in each]
    assert len(values) == len(set(values))
    for name, each in slots.items():
        named = Guards({name: each})
        assert any(named.signature(row["text"]).slots for row in LABELED), name


def test_the_parser_makes_the_predictions_again_and_is_as_good_as_said(tmp_path: Path) -> None:
    command = [sys.executable, "parser.py", "labeled.jsonl", "must_pass.jsonl"]
    ran = subprocess.run(command, cwd=COMMANDS, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == (COMMANDS / "predictions.jsonl").read_text(encoding="utf-8")
    said = rows_of("predictions.jsonl")
    assert [row["text"] for row in said] == [row["text"] for row in (*LABELED, *MUST_PASS)]
    right = sum(told["label"] == row["label"] for told, row in zip(said, LABELED, strict=False))
    assert 0.80 <= right / len(LABELED) <= 0.86
    must_pass = sum(told["label"] == row["label"] for told, row in zip(said[len(LABELED) :], MUST_PASS, strict=True))
    readme = (COMMANDS / "README.md").read_text()
    assert f"{right} of {len(LABELED)} ({right / len(LABELED):.1%})" in readme
    assert f"{must_pass} of {len(MUST_PASS)}" in readme


def test_every_gate_passes_without_a_waiver(workspace: Workspace) -> None:
    checked = workspace.check()
    unmeasured = {"fallback_share", "label_accuracy", "mix", "traffic_coverage", "undecided_lots"}
    assert {gate.name: gate.verdict for gate in checked.gates if gate.verdict != "pass"} == dict.fromkeys(
        unmeasured, "not_measured"
    )
    assert checked.conflicts.empty
    assert set(checked.table["split"]) == {"train", "validation", "test"}  # nothing is left out
    assert set(checked.table["text"]) == {row["text"] for row in LABELED}  # and nothing replaced as private


def test_it_is_frozen_with_every_group_in_one_split(workspace: Workspace) -> None:
    frozen = workspace.freeze("first")
    assert sum(frozen.counts.values()) == len(LABELED)
    split = {row.text: row.split for row in workspace.check().table.itertuples()}
    groups: dict[str, set[str]] = {}
    for row in LABELED:
        if "group" in row:
            groups.setdefault(row["group"], set()).add(split[row["text"]])
    assert all(len(splits) == 1 for splits in groups.values())
    assert workspace.verify("first") == []


def test_a_must_pass_query_repeats_no_labeled_one() -> None:
    embedder = open_embedder()
    must_pass, labeled = (embedder.encode([row["text"] for row in rows]) for rows in (MUST_PASS, LABELED))
    assert float((must_pass @ labeled.T).max()) < 0.9
