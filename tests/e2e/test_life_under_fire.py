"""A workspace lives through hundreds of commands, most of them killed midway: nothing is lost, doubled or left over."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.tiny_encoder_model import make_encoder
from tests.support.files import write_jsonl
from tests.support.processes import ROUNDS, start, stored_rows, unfinished_files
from tests.support.workspaces import add_example
from winnow.workspace import Workspace

COMMANDS = {
    "add": "ws.add(sys.argv[2], license='MIT')",
    "retract": "ws.retract(sys.argv[2])",
    "rename": "ws.rename(*sys.argv[2].split('>'))",
    "freeze": "ws.freeze(sys.argv[2])",
    "waive": "ws.waive('disputed', by='Ann', reason=sys.argv[2], until=date(2099, 1, 1))",
    "forget": "ws.forget(sys.argv[2])",
    "check": "ws.check()",
    "report": "ws.report()",
    "train": "name, model, seed = sys.argv[2].split('>'); ws.train(name, method='encoder', seed=int(seed), "
    "settings={'model': model, 'epochs': 2, 'batch_size': 8})",
}

WEIGHTS = {
    "add": 5,
    "retract": 2,
    "rename": 1,
    "freeze": 2,
    "waive": 1,
    "forget": 1,
    "check": 2,
    "report": 1,
    "train": 1,
}
"""How often each command is chosen, relative to the others."""

HEAD = "import sys, winnow; from datetime import date; ws = winnow.open(sys.argv[1]); "


class Life:
    """What a workspace must hold after every command that it saw through."""

    def __init__(self, workspace: Workspace, folder: Path, model: Path) -> None:
        self.workspace, self.folder, self.model = workspace, folder, model
        self.chance = random.Random(3)
        self.files: dict[str, list[str]] = {}
        self.retracted: set[str] = set()
        self.forgotten: set[str] = set()
        self.releases: dict[str, str] = {}
        self.runs: set[str] = set()
        self.trained = 0
        self.waived: set[str] = set()
        self.label = "it_vpn"
        self.step = 0

    def next(self) -> tuple[str, str]:
        """A command and its argument."""
        self.step += 1
        command = self.chance.choices(list(COMMANDS), weights=[WEIGHTS[name] for name in COMMANDS])[0]
        live = [name for name in self.files if name not in self.retracted]
        if command == "add" or (command in ("retract", "forget") and not live):
            name = f"f{self.step}.jsonl"
            self.files[name] = [f"a wholly new matter {self.step} {word}" for word in ("one", "two", "three")]
            rows = [{"text": text, "label": self.label, "split": "train"} for text in self.files[name]]
            return "add", str(write_jsonl(self.folder / name, rows))
        if command == "retract":
            name = self.chance.choice(live)
            self.retracted.add(name)
            return command, name
        if command == "forget":
            text = self.chance.choice([t for name in live for t in self.files[name] if t not in self.forgotten] or [""])
            if not text:
                return self.next()
            table = self.workspace.records()
            self.forgotten.add(text)
            return command, str(table.loc[table["text"] == text, "id"].iloc[0])
        if command == "rename":
            old, self.label = self.label, f"label_{self.step}"
            return command, f"{old}>{self.label}"
        if command == "waive":
            self.waived.add(f"reason {self.step}")
            return command, f"reason {self.step}"
        if command == "train":
            if not self.releases:
                return self.next()
            self.trained += 1
            return command, f"{self.chance.choice(list(self.releases))}>{self.model}>{self.step}"
        return command, f"r{self.step}"

    def check(self) -> None:
        """The database is whole and holds just what was done, and no unfinished file is left."""
        stored_rows(self.workspace.folder.root)
        table = self.workspace.records()
        known = {text for texts in self.files.values() for text in texts} - self.forgotten
        mine = table[table["text"].str.startswith("a wholly new matter")]
        assert set(mine["text"]) == known
        assert mine["text"].is_unique
        live = {t for name, texts in self.files.items() if name not in self.retracted for t in texts} - self.forgotten
        assert set(mine.loc[mine["state"] != "superseded", "text"]) == live
        assert set(mine.loc[mine["state"] == "labeled", "label"]) <= {self.label}
        assert {w.reason for w in self.workspace.waivers()} == self.waived
        frozen = {entry["name"]: entry["sha256"] for entry in self.workspace.releases()}
        assert self.releases.items() <= frozen.items()
        self.releases = frozen
        runs = {run["name"] for run in self.workspace.runs()}
        assert self.runs <= runs
        assert len(runs) == self.trained
        self.runs = runs
        assert unfinished_files(self.workspace.folder.root) == []


def killed_life(tmp_path: Path, rounds: int) -> Counter[str]:
    """Run a number of commands, kill each at a random instant and run it again; returns the kills by command."""
    workspace = add_example(tmp_path / "ws")
    task = workspace.folder.task_file  # so many matters of one label are no healthy data
    wide = "fallback_share: [0.005, 0.5]\n  by: a test\n  reason: made up"
    task.write_text(task.read_text().replace("fallback_share: [0.10, 0.15]", wide))
    workspace.check()
    words = sorted({word for text in workspace.records()["text"] for word in text.lower().split()})
    life = Life(workspace, tmp_path, make_encoder(tmp_path / "encoder", words))
    killed: Counter[str] = Counter()
    seconds = dict.fromkeys(COMMANDS, 1.2) | {"freeze": 2.6, "train": 8.0}
    for _ in range(rounds):
        command, argument = life.next()
        process = start(HEAD + COMMANDS[command], workspace.folder.root, argument)
        time.sleep(life.chance.uniform(0.2, 1.1) * seconds[command])
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=900)
        killed[command] += process.returncode != 0
        workspace.status()  # whatever it left can be read
        if command == "freeze" and argument in {entry["name"] for entry in workspace.releases()}:
            continue
        began = time.monotonic()
        again = start(HEAD + COMMANDS[command], workspace.folder.root, argument)
        _, errors = again.communicate(timeout=900)
        assert again.returncode == 0, (command, argument, errors.decode())
        seconds[command] = (seconds[command] + time.monotonic() - began) / 2
        life.check()
    for name in life.releases:
        assert workspace.verify(name) == []
    assert workspace.check().passed
    return killed


def test_a_life_under_fire_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killed_life(tmp_path, 8)


@pytest.mark.slow
def test_a_long_life_under_fire_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killed = killed_life(tmp_path, 8 * ROUNDS)
    print("killed:", dict(killed))
    assert killed.total() > 3 * ROUNDS
    assert all(killed[command] for command in COMMANDS)


@pytest.mark.slow
def test_four_processes_of_all_kinds_at_once(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.check()
    for i in range(ROUNDS // 5):
        path = write_jsonl(tmp_path / f"n{i}.jsonl", [{"text": f"matter {i} {w}", "label": "it_vpn"} for w in "abc"])
        others = {"add": path, "freeze": f"r{i}", "waive": f"reason {i}"}
        if i:
            others["retract"] = f"n{i - 1}.jsonl"
        running = {name: start(HEAD + COMMANDS[name], workspace.folder.root, value) for name, value in others.items()}
        for name, process in running.items():
            _, errors = process.communicate(timeout=900)
            assert process.returncode == 0, (name, errors.decode())
        stored_rows(workspace.folder.root)
        assert workspace.verify(f"r{i}") == []
    table = workspace.records()
    mine = table[table["text"].str.startswith("matter ")]
    assert len(mine) == 3 * (ROUNDS // 5)
    assert (mine["state"] == "labeled").sum() == 3
