"""`pull` killed at many instants while annotators answer: every answer becomes one decision, and none becomes two."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter

import pytest

from tests.support.commands import WINNOW_SCRIPT
from tests.support.labeling import LabelingSetup, annotators_of
from tests.support.processes import ROUNDS, stored_rows, unfinished_files
from winnow.curation.store.decisions import votes_of

ANSWERS_PER_ROUND = 4


def killed_pulls(labeling: LabelingSetup, rounds: int) -> int:
    """Answer, start `pull` and kill it, again and again; returns how many were killed before they were done."""
    workspace, folder = labeling.workspace, labeling.workspace.folder.root
    [ann] = annotators_of(labeling, "ann")
    chance = random.Random(4)
    labels = workspace.task.label_names
    workspace.push("label", count=ANSWERS_PER_ROUND * rounds, second_reviewer_share=0.0)
    began = time.monotonic()
    subprocess.run([str(WINNOW_SCRIPT), "pull"], cwd=folder, capture_output=True, check=True)
    seconds = time.monotonic() - began
    given: dict[str, str] = {}
    killed = 0
    records = labeling.records("label", bare=True)
    for start in range(0, len(records), ANSWERS_PER_ROUND):
        for record in records[start : start + ANSWERS_PER_ROUND]:
            given[record["external_id"]] = chance.choice(labels)
            labeling.answer(ann, record, given[record["external_id"]])
        process = subprocess.Popen(
            [str(WINNOW_SCRIPT), "pull"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.3, 1.05) * seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        killed += process.returncode != 0
        stored_rows(folder)  # the database is whole
    subprocess.run([str(WINNOW_SCRIPT), "pull"], cwd=folder, capture_output=True, check=True)
    table = workspace.records().set_index("id")
    assert {identity: table.loc[identity, "label"] for identity in given} == given
    assert workspace.pull().imported.responses == 0
    with workspace.store.reading() as connection:
        people = Counter(vote.record_id for vote in votes_of(connection, of_people=True) if vote.record_id in given)
    assert set(people.values()) == {1}
    assert unfinished_files(folder) == []
    return killed


def test_killed_pulls_lose_and_double_no_answer(labeling: LabelingSetup) -> None:
    killed_pulls(labeling, 3)


@pytest.mark.slow
def test_many_killed_pulls_lose_and_double_no_answer(labeling: LabelingSetup) -> None:
    assert killed_pulls(labeling, ROUNDS) > ROUNDS / 2
