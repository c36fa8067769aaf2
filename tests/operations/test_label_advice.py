"""Findings about labels in `add` and `check`: what they name, and that following them as printed removes them."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

import winnow
from tests.support.commands import run_winnow
from winnow.curation.checks.label_hygiene import workspace_label_advice
from winnow.validators.labels.label_advice import LabelAdvice
from winnow.workspace import Workspace

ROWS = [
    *((f"please play song number {number} now", "play") for number in range(16)),
    *((f"put on the record {number} again", "PLAY") for number in range(4)),
    *((f"call my mother at {number}", "call") for number in range(10)),
    *((f"hmm what is {number}", "N/A") for number in range(3)),
    ("the blank one", ""),
    ("only once", "rare"),
]


def write(path: Path, rows: Sequence[tuple[str, str]] = ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


def found_in(workspace: Workspace) -> list[LabelAdvice]:
    """The findings of `check`, without what it embeds."""
    sources = {one.id: one.name for one in workspace.status().sources}
    return workspace_label_advice(workspace.records(), workspace.task, sources)


def problems(advice: Sequence[LabelAdvice]) -> list[str]:
    return [one.finding.flaw.value for one in advice]


def commands_in(advice: LabelAdvice) -> list[list[str]]:
    return [shlex.split(one)[1:] for one in re.findall(r"`(winnow [^`]+)`", advice.fix)]


def edit(workspace: Workspace, change: Callable[[dict[str, object]], None]) -> Workspace:
    task = yaml.safe_load(workspace.folder.task_file.read_text(encoding="utf-8"))
    change(task)
    workspace.folder.task_file.write_text(yaml.safe_dump(task, allow_unicode=True), encoding="utf-8")
    return winnow.open(workspace.folder.root)


def test_what_add_and_check_advise_runs_as_printed_and_is_gone_then(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    workspace = make_workspace("play", "PLAY", "call", "N/A", "rare", more="sources: [{pattern: t.csv}]\n")
    file = write(tmp_path / "t.csv")
    blank, word, twins, single = workspace.add(file, license="own").label_advice
    assert problems([blank, word, twins, single]) == ["blank", "missing_word", "case_twin", "one_row"]
    assert problems(found_in(workspace)) == ["blank", "missing_word", "case_twin", "one_row"]
    assert commands_in(twins) == [["rename", "PLAY", "play", "--yes"]]
    assert run_winnow(*commands_in(twins)[0], cwd=workspace.folder.root).returncode == 0

    def no_label(task: dict[str, object]) -> None:
        task["sources"] = [{"pattern": "t.csv", "no_label": ["N/A"]}]
        task["labels"] = [one for one in task["labels"] if one["name"] != "N/A"]  # type: ignore[attr-defined, index]

    assert "`no_label: ['N/A']`" in word.fix
    assert commands_in(word) == [["retract", "t.csv"], ["add", str(file)]]
    workspace = edit(workspace, no_label)
    for arguments in commands_in(word):
        run = run_winnow(*arguments, cwd=workspace.folder.root)
        assert run.returncode == 0, run.stdout + run.stderr
    assert problems(found_in(workspace)) == ["blank", "one_row"]
    states = workspace.records()
    assert states.groupby("label").size().to_dict() == {"": 4, "call": 10, "play": 20, "rare": 1}


def test_another_spelling_of_a_label_of_the_task_is_let_in_by_the_rename(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    workspace = make_workspace("reset_password", "call")
    rows = [(f"reset it {number}", "Reset-Password") for number in range(5)] + [("ring her", "call")]
    result = workspace.add(write(tmp_path / "t.csv", rows), license="own")
    assert (result.added, result.dropped) == (1, 5)
    (advice,) = result.label_advice
    assert commands_in(advice) == [["rename", "Reset-Password", "reset_password", "--yes"]]
    assert run_winnow(*commands_in(advice)[0], cwd=workspace.folder.root).returncode == 0
    again = workspace.add(str(result.dropped_file))
    assert (again.added, again.dropped, again.label_advice) == (5, 0, [])


def test_a_name_that_is_no_spelling_of_a_label_cannot_be_renamed_to_it(
    make_workspace: Callable[..., Workspace],
) -> None:
    with pytest.raises(winnow.WinnowError, match=r"no such label"):
        make_workspace("reset_password").rename("reset_pasword", "reset_password")


def test_labels_in_two_levels_are_named_until_they_have_routes(make_workspace: Callable[..., Workspace]) -> None:
    labels = ["alarm/set", "alarm/off", "music/play", "music/stop"]
    workspace = make_workspace(*labels)
    assert problems(found_in(workspace)) == ["two_levels"]

    def route(task: dict[str, object]) -> None:
        task["labels"] = [{"name": label, "route": label.partition("/")[0]} for label in labels]

    assert found_in(edit(workspace, route)) == []


def test_a_few_added_rows_are_not_said_to_have_single_labels(
    make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    workspace = make_workspace("a1", "b1")
    assert workspace.add(write(tmp_path / "t.csv", [("one", "a1"), ("two", "b1")])).label_advice == []
