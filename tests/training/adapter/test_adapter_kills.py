"""A training of an adapter that is killed at every stage goes on, and ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from winnow.curation.releases.release import Release
from winnow.training.runs import Run, open_run
from winnow.workspace import Workspace

SCRIPT = (
    "import sys, torch; from pathlib import Path; from winnow.training import methods;"
    "from winnow.curation.releases.release import open_release; torch.set_num_threads(1);"
    "settings = {'model': sys.argv[2], 'rank': 4, 'epochs': 3, 'batch_size': 4, 'precision': 'f32', 'samples': 1};"
    "methods.train(open_release(Path(sys.argv[1])), Path(sys.argv[3]), method='adapter', seed=0, settings=settings)"
)

STAGES = (
    ".*.part",
    ".*.resume/checkpoint-*",
    ".*.resume/checkpoint-*/trainer_state.json",
    ".*.resume/checkpoint-*/speed.json",
    ".*.part/adapter/adapter_model.safetensors",
)
"""What a training has written last when it is killed, in order."""


KILLS = 6
"""How often the command is killed at a random moment: each takes as long as importing torch and trl, and more."""


def started(release: Release, model: Path, folder: Path) -> subprocess.Popen[str]:
    return python("-c", SCRIPT, str(release.path), str(model), str(folder))


def python(*arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    own = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments], text=True, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own
    )


def kill_at(stage: str, process: subprocess.Popen[str], folder: Path) -> None:
    """Kill a training once it has written something that was not there before."""
    before, deadline = set(folder.glob(stage)), time.monotonic() + 120
    while not set(folder.glob(stage)) - before:
        if process.poll() is not None or time.monotonic() > deadline:
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def completed(release: Release, model: Path, folder: Path) -> Run:
    process = started(release, model, folder)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    (run,) = (one for one in folder.iterdir() if not one.name.startswith("."))
    return open_run(run)


@pytest.mark.slow  # seven processes, each of which loads torch, transformers and trl
def test_a_training_that_is_killed_at_every_stage_ends_as_if_it_had_not_been(
    frozen_dialogues: Workspace, tiny_chat: Path, tmp_path: Path
) -> None:
    release = frozen_dialogues.release("first")
    whole = completed(release, tiny_chat, tmp_path / "whole")
    folder = tmp_path / "killed"
    for stage in STAGES:
        kill_at(stage, started(release, tiny_chat, folder), folder)
    again = completed(release, tiny_chat, folder)
    assert again.id == whole.id
    assert again.facts.weights == whole.facts.weights
    for name in ("curves.json", "samples.jsonl"):
        assert (again.path / name).read_text() == (whole.path / name).read_text()
    assert {one.suffix for one in folder.iterdir() if one != again.path} <= {".lock"}


def command_for(model: Path) -> Sequence[str]:
    settings = {"model": model, "rank": 4, "epochs": 6, "batch_size": 4, "precision": "f32", "samples": 2}
    changes = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return ["-m", "winnow", "train", "first", "--method", "adapter", *changes]


def copied(workspace: Workspace, folder: Path) -> Workspace:
    return Workspace.find(Path(shutil.copytree(workspace.folder.root, folder)))


@pytest.mark.slow  # eight commands, each of which loads torch, transformers and trl
def test_the_command_killed_at_random_moments_ends_as_if_it_had_not_been(
    frozen_dialogues: Workspace, tiny_chat: Path, tmp_path: Path
) -> None:
    unkilled, killed = (copied(frozen_dialogues, tmp_path / name) for name in ("unkilled", "killed"))
    began = time.monotonic()
    process = python(*command_for(tiny_chat), cwd=unkilled.folder.root)
    while not list(unkilled.folder.runs.glob(".*.part")) and process.poll() is None:
        time.sleep(0.01)
    prepared = time.monotonic() - began
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    lasted = time.monotonic() - began
    (expected,) = unkilled.runs()
    whole = unkilled.run(expected["name"])

    seed = random.randrange(10**6)
    print(f"seed {seed}")  # shown when the test fails
    moments = random.Random(seed)
    for _ in range(KILLS):
        process = python(*command_for(tiny_chat), cwd=killed.folder.root)
        try:
            process.wait(moments.uniform(prepared, lasted))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        assert [one["name"] for one in killed.runs()] in ([], [whole.id])
        for one in killed.runs():
            assert killed.run(one["name"]).facts.weights == whole.facts.weights

    process = python(*command_for(tiny_chat), cwd=killed.folder.root)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    (found,) = killed.runs()
    again = killed.run(found["name"])
    assert (again.id, again.facts.weights) == (whole.id, whole.facts.weights)
    for name in ("curves.json", "samples.jsonl"):
        assert (again.path / name).read_text() == (whole.path / name).read_text()
    assert {one.suffix for one in killed.folder.runs.iterdir() if one != again.path} <= {".lock"}
