"""Whether labels carry a signal, and that check, status, decide and the report say first where they carry none."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from tests.support.selections import nearest
from tests.support.workspaces import new_workspace
from winnow.curation.checks.label_signal import MIN_COSINE, label_signal_of, measure_label_signal
from winnow.workspace import Workspace

NAMES = [f"l{i // 100}" for i in range(400)]
"""Four labels with a hundred records each."""


def shuffled(labels: list[str]) -> list[str]:
    return [str(one) for one in np.random.default_rng(0).permutation(labels)]


def test_labels_that_do_not_depend_on_the_texts_carry_no_signal() -> None:
    by_topic = measure_label_signal(NAMES, NAMES)
    assert by_topic is not None
    assert not by_topic.is_missing
    by_chance = measure_label_signal(shuffled(NAMES), NAMES)
    assert by_chance is not None
    assert by_chance.is_missing
    assert re.search(r"of 400 train records, 25\.0% by chance", str(by_chance))


def test_opposites_that_are_nearest_to_each_other_are_a_signal() -> None:
    opposite = measure_label_signal(["on", "off"] * 100, ["off", "on"] * 100)
    assert opposite is not None
    assert opposite.agreement.value == 0
    assert not opposite.is_missing


def test_labels_with_few_records_and_few_records_tell_nothing() -> None:
    assert measure_label_signal([str(i) for i in range(400)], NAMES) is None  # one record a label
    few = measure_label_signal(["a", "b"] * 6, ["a", "a", "b", "b"] * 3)
    assert few is not None
    assert not few.is_missing


def test_what_is_near_nothing_and_what_repeats_a_hold_out_record_are_not_judged() -> None:
    labels = ["a"] * 10 + ["b"] * 10 + ["a", "b", ""]
    cosines = [0.5, MIN_COSINE - 0.01] * 5 + [0.5, 0.97] * 5 + [-1.0] * 3
    position = [20] * 8 + [22, 20] + [21] * 10 + [-1] * 3
    found = label_signal_of(labels, nearest(position, cosines), leak_cosine=0.97)
    assert found is None  # one of the five judged rows of `a` is near a row without a label
    position[8] = 20
    found = label_signal_of(labels, nearest(position, cosines), leak_cosine=0.97)
    assert found is not None
    assert (found.agreement.rows, found.agreement.value) == (10, 1.0)


@pytest.fixture(scope="module")
def mixed_up(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five labels of the shipped example, with the column of labels shuffled."""
    names = ["it_vpn", "it_wifi", "it_password", "it_hardware", "it_software"]
    lines = (EXAMPLE / "labeled.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["intent"] in names]
    labels = shuffled([row["intent"] for row in rows])
    mixed = [{"text": row["query"], "label": label} for row, label in zip(rows, labels, strict=True)]
    workspace = new_workspace(tmp_path_factory.mktemp("mixed") / "ws", *names)
    workspace.add(write_jsonl(workspace.folder.root / "mixed.jsonl", mixed), license="own")
    return workspace


def test_missing_signal_is_said_first_everywhere(mixed_up: Workspace) -> None:
    folder = mixed_up.folder.root
    assert mixed_up.status().no_signal == ""  # not measured yet
    first = "these labels carry no signal: the nearest hold-out record has the same label for"
    checked = run_winnow("check", cwd=folder).stdout
    assert checked.startswith(first)
    assert checked.splitlines()[-1] == "next: winnow label-errors"
    measured = mixed_up.check()
    facts = measured.label_signal_facts()
    assert facts is not None
    assert (facts["missing"], facts["agreement"]["rows"] > 50) == (True, True)
    assert str(measured.label_signal) == mixed_up.status().no_signal
    status = run_winnow("status", cwd=folder).stdout
    assert status.startswith(first)
    assert status.splitlines()[-1] == "next: winnow label-errors"
    decided = mixed_up.decide().decision
    assert (decided.recommended_action, decided.next) == ("fix", "winnow label-errors")
    assert decided.reason.startswith(first)
    reported = mixed_up.report().report
    assert reported.actions[0].what == "these labels carry no signal"
    assert reported.coverage.overlaps == []


def test_the_labels_of_the_example_carry_a_signal(frozen_example: Workspace) -> None:
    signal = frozen_example.check().label_signal
    assert signal is not None
    assert not signal.is_missing
    assert frozen_example.status().no_signal == ""
