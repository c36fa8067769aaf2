"""Processes and threads write one log and are killed at any instant: what was acknowledged is there, once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.interaction_logs import read_log, receipts_of, writer_command
from tests.support.processes import ROUNDS
from winnow.interaction_log.append_block import append_block

THREADS = 4

LINES_BEFORE_KILLS = 10
"""Every process has so many acknowledged before the first one is killed."""


class Outcome(NamedTuple):
    """What a log and the notes of its writers say after the last kill."""

    acknowledged: int
    lines: int
    incomplete: int
    kills: int


def write_and_kill(folder: Path, *, processes: int, rounds: int, seed: int) -> Outcome:
    """Start processes with four threads each, and kill all of them at random instants; then check the log."""
    log, draw, kills, receipts = folder / "log.jsonl", random.Random(seed), 0, []
    for number in range(rounds):
        running = []
        for process in range(processes):
            receipts.append(folder / f"receipts-{number}-{process}")
            command = writer_command(log, receipts[-1], threads=THREADS, seed=len(receipts), lines=100_000)
            running.append(subprocess.Popen(command))
        while min(len(receipts_of(path)) for path in receipts[-processes:]) < LINES_BEFORE_KILLS:
            time.sleep(0.01)
        for writer in draw.sample(running, processes):
            time.sleep(draw.random() * 0.1)
            assert writer.poll() is None
            writer.kill()
            kills += 1
        for writer in running:
            writer.wait()
    command = writer_command(log, folder / "last", threads=1, seed=0, lines=1)
    subprocess.run(command, check=True)  # ends what the last kill left
    acknowledged = {key: task for path in [*receipts, folder / "last"] for key, task in receipts_of(path).items()}
    assert "None" not in acknowledged
    read = read_log(log)
    written = {line["id"]: line["task"] for line in read.lines}
    assert len(written) == len(read.lines)  # no id twice
    assert set(Counter(line["task"] for line in read.lines).values()) == {1}
    assert {identity: written.get(identity) for identity in acknowledged} == acknowledged
    assert len(read.incomplete) <= kills
    return Outcome(len(acknowledged), len(read.lines), len(read.incomplete), kills)


def test_acknowledged_lines_survive_kills(tmp_path: Path) -> None:
    outcome = write_and_kill(tmp_path, processes=2, rounds=2, seed=1)
    assert outcome.kills == 4
    assert outcome.acknowledged >= LINES_BEFORE_KILLS * outcome.kills


@pytest.mark.slow
def test_acknowledged_lines_of_eight_processes_survive_kills(tmp_path: Path) -> None:
    outcome = write_and_kill(tmp_path, processes=8, rounds=max(2, ROUNDS // 2), seed=2)
    print(f"{outcome.acknowledged:,} acknowledged, {outcome.lines:,} lines", end=", ")
    print(f"{outcome.incomplete} incomplete, {outcome.kills} kills")
    assert outcome.acknowledged >= LINES_BEFORE_KILLS * outcome.kills


def test_a_writer_that_is_killed_holding_the_log_stops_no_other(tmp_path: Path) -> None:
    """The log is locked by a process that never gives it up until it is killed."""
    script = (
        "import sys, time; from pathlib import Path; from winnow.interaction_log.exclusive_file import opened_alone\n"
    )
    script += "with opened_alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    command = writer_command(tmp_path / "log", tmp_path / "receipts", threads=1, seed=0, lines=1)
    holder = subprocess.Popen([command[0], "-c", script, tmp_path / "log"], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    writer = subprocess.Popen(command)
    with pytest.raises(subprocess.TimeoutExpired):
        writer.wait(2)
    holder.kill()
    holder.communicate()
    assert writer.wait(60) == 0
    assert len(receipts_of(tmp_path / "receipts")) == len(read_log(tmp_path / "log").lines) == 1


def test_a_line_that_a_kill_tore_costs_no_other_line(tmp_path: Path) -> None:
    """Lines of 20 MB, because the kernel stops the write of a killed process between two pages."""
    script = "import sys; from pathlib import Path; from winnow.interaction_log.append_block import append_block\n"
    script += "print('ready', flush=True)\nwhile True: append_block(Path(sys.argv[1]), b'y' * 20_000_000 + b'\\n')"
    draw = random.Random(3)
    for number in range(60):
        log = tmp_path / f"log-{number}"
        writer = subprocess.Popen([sys.executable, "-c", script, log], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.random() * 0.1)
        writer.kill()
        writer.communicate()
        if log.exists() and not log.read_bytes().endswith(b"\n"):
            break
        log.unlink(missing_ok=True)
    assert not log.read_bytes().endswith(b"\n")
    append_block(log, b'{"a": 1}\n')
    *whole, incomplete, last, end = log.read_bytes().split(b"\n")
    assert ({len(line) for line in whole} <= {20_000_000}, len(incomplete) < 20_000_000) == (True, True)
    assert (last, end) == (b'{"a": 1}', b"")
