"""Two processes, `kill -9` at any instant, a full disk: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.processes import ROUNDS, start, stored_rows
from tests.support.workspaces import add_example
from winnow.workspace import Workspace

TASK = "name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n"

ADD = "import sys, winnow; winnow.open(sys.argv[1]).add(sys.argv[2])"

FREEZE = "import sys, winnow; winnow.open(sys.argv[1]).freeze(sys.argv[2])"


def new_workspace(folder: Path) -> Path:
    folder.mkdir()
    (folder / "winnow.yaml").write_text(TASK)
    return folder


def thousand_rows(path: Path) -> Path:
    return write_jsonl(path, [{"text": f"query number {i % 900}", "label": "ab"[i % 2]} for i in range(1000)])


WHOLE = {"source": 1, "record_group": 900, "record": 900, "occurrence": 1000, "decision": 900}


def add_twice_at_once(folder: Path, path: Path) -> None:
    both = [start(ADD, folder, path) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, b"")
    assert stored_rows(folder) == WHOLE


def test_two_processes_adding_the_same_rows_double_nothing(tmp_path: Path) -> None:
    add_twice_at_once(new_workspace(tmp_path / "ws"), thousand_rows(tmp_path / "rows.jsonl"))


@pytest.mark.slow
def test_two_processes_adding_the_same_rows_fifty_times(tmp_path: Path) -> None:
    path = thousand_rows(tmp_path / "rows.jsonl")
    for i in range(ROUNDS):
        add_twice_at_once(new_workspace(tmp_path / f"ws{i}"), path)


def killed_adds(tmp_path: Path, rounds: int) -> int:
    """Kill `add` at random instants; returns how many were killed before they were done."""
    path = thousand_rows(tmp_path / "rows.jsonl")
    began = time.monotonic()
    start(ADD, new_workspace(tmp_path / "timed"), path).communicate(timeout=120)
    takes = time.monotonic() - began
    generator = random.Random(1)
    killed = 0
    for i in range(rounds):
        folder = new_workspace(tmp_path / f"killed{i}")
        process = start(ADD, folder, path)
        time.sleep(generator.uniform(0.3, 1.05) * takes)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=120)
        killed += process.returncode != 0
        if (folder / ".winnow" / "winnow.db").exists():
            workspace = winnow.open(folder)
            assert len(workspace.records()) in (0, 900)  # one command, one transaction: all or nothing
        done = start(ADD, folder, path)
        _, errors = done.communicate(timeout=120)
        assert (done.returncode, errors) == (0, b"")
        assert stored_rows(folder) == WHOLE
        shutil.rmtree(folder)
    return killed


def test_kill_at_any_instant_of_add(tmp_path: Path) -> None:
    killed_adds(tmp_path, 4)


@pytest.mark.slow
def test_kill_at_many_instants_of_add(tmp_path: Path) -> None:
    assert killed_adds(tmp_path, ROUNDS) > ROUNDS / 2


def killed_freezes(tmp_path: Path, rounds: int) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.check()
    began = time.monotonic()
    start(FREEZE, workspace.folder.root, "timed").communicate(timeout=120)
    takes = time.monotonic() - began
    reference = workspace.release("timed").sha256
    generator = random.Random(2)
    for i in range(rounds):
        process = start(FREEZE, workspace.folder.root, f"r{i}")
        time.sleep(generator.uniform(0.5, 1.0) * takes)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=120)
        names = {entry["name"] for entry in workspace.releases()}
        if f"r{i}" not in names:
            workspace.freeze(f"r{i}")  # the same command again finishes what was killed, or starts it anew
        assert workspace.verify(f"r{i}") == []
        assert workspace.release(f"r{i}").sha256 == reference
    folders = {path.name for path in workspace.folder.releases.iterdir() if not path.name.endswith(".part")}
    assert folders == {entry["name"] for entry in workspace.releases()}


def test_kill_at_any_instant_of_freeze(tmp_path: Path) -> None:
    killed_freezes(tmp_path, 3)


@pytest.mark.slow
def test_kill_at_many_instants_of_freeze(tmp_path: Path) -> None:
    killed_freezes(tmp_path, ROUNDS)


def test_two_processes_checking_and_freezing_at_once(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    both = [start(FREEZE, workspace.folder.root, name) for name in ("one", "two")]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert workspace.verify("one") == workspace.verify("two") == []
    assert workspace.release("one").sha256 == workspace.release("two").sha256


@pytest.fixture
def small_disk(tmp_path: Path) -> Callable[[int], Path]:
    """A file system of so many kilobytes; only root can mount one."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir()
        if shutil.which("mount") is None or os.geteuid() != 0:
            pytest.skip("a full disk needs root, to mount a small one")
        options = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        if subprocess.run(options, capture_output=True).returncode:
            pytest.skip("a small file system cannot be mounted here")
        mounted.append(folder)
        return folder

    yield mount  # type: ignore[misc]
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave_kilobytes: int) -> Path:
    free = shutil.disk_usage(folder).free - leave_kilobytes * 1024
    filler = folder / "filler"
    filler.write_bytes(b"x" * max(free, 0))
    return filler


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_state(
    small_disk: Callable[[int], Path], tmp_path: Path
) -> None:
    folder = new_workspace(small_disk(4096) / "ws")
    workspace = winnow.open(folder)
    workspace.add(write_jsonl(tmp_path / "one.jsonl", [{"text": "the first", "label": "a"}]))
    filler = fill(folder, 64)
    broken = write_jsonl(tmp_path / "broken.jsonl", [{"text": "x" * 1900, "label": "none"} for _ in range(100)])
    for rows in (thousand_rows(tmp_path / "rows.jsonl"), broken):
        done = run_winnow("add", rows, cwd=folder)
        assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
        assert "full" in done.stderr or "space" in done.stderr
    assert workspace.records()["text"].tolist() == ["the first"]
    filler.unlink()
    assert run_winnow("add", tmp_path / "rows.jsonl", cwd=folder).returncode == 0
    assert len(workspace.records()) == 901


def test_a_full_disk_during_freeze_leaves_no_release(small_disk: Callable[[int], Path]) -> None:
    workspace = add_example(small_disk(16384) / "ws")
    workspace.check()
    filler = fill(workspace.folder.root, 100)
    done = run_winnow("freeze", "first", cwd=workspace.folder.root)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert workspace.releases() == []
    assert not (workspace.folder.releases / "first").exists()
    filler.unlink()
    workspace.freeze("first")
    assert workspace.verify("first") == []


def test_a_reader_sees_one_moment_while_another_writes(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "ws")
    workspace: Workspace = winnow.open(folder)
    workspace.add(write_jsonl(tmp_path / "one.jsonl", [{"text": "the first", "label": "a"}]))
    with workspace.store.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM record").scalar()
        workspace.add(thousand_rows(tmp_path / "rows.jsonl"))
        assert connection.exec_driver_sql("SELECT count(*) FROM record").scalar() == before


@pytest.mark.parametrize("part", ["data", "_versions", "all"])
def test_a_damaged_cache_of_vectors_is_built_again(tmp_path: Path, part: str) -> None:
    workspace = add_example(tmp_path / "ws")
    before = workspace.check()
    shutil.rmtree(workspace.folder.near_pairs)
    cache = workspace.folder.vectors
    for path in sorted((cache if part == "all" else cache / part).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            path.write_bytes(os.urandom(len(content)) if part != "data" else content[: len(content) // 2])
    after = workspace.check()
    assert [gate.measured for gate in after.gates] == [gate.measured for gate in before.gates]
    assert after.table.equals(before.table)


def test_a_damaged_database_is_said_clearly_with_what_is_left(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.store.vacuum()
    path = workspace.folder.database
    content = bytearray(path.read_bytes())
    for start_at in range(len(content) // 3, len(content), 9000):
        content[start_at : start_at + 3000] = os.urandom(3000)
    path.write_bytes(bytes(content[: len(content) // 4096 * 4096]))
    done = run_winnow("status", cwd=workspace.folder.root)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert "damaged; still readable: " in done.stderr
    assert "restore winnow.db from a copy" in done.stderr
    assert "winnow add .winnow/releases/NAME" in " ".join(done.stderr.split())
    path.write_bytes(b"this is no database at all" * 1000)
    done = run_winnow("status", cwd=workspace.folder.root)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert "damaged" in done.stderr


def test_a_read_only_folder_is_a_clear_error(small_disk: Callable[[int], Path], tmp_path: Path) -> None:
    disk = small_disk(16384)
    workspace = add_example(disk / "ws")
    workspace.freeze("first")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    rows = write_jsonl(tmp_path / "one.jsonl", [{"text": "the first", "label": "it_vpn"}])
    for line in (["add", rows], ["retract", "labeled.jsonl"], ["freeze", "second"], ["rename", "it_vpn", "x"]):
        done = run_winnow(*line, cwd=workspace.folder.root)
        assert (done.returncode, "Traceback" in done.stderr) == (3, False), (line, done.stderr)
    assert run_winnow("verify", "first", cwd=workspace.folder.root).returncode in (0, 3)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert run_winnow("add", rows, cwd=workspace.folder.root).returncode == 0


def test_a_clock_set_back_changes_no_order(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.freeze("first")
    early = (  # the clock itself cannot be set by a test: the process is told another time
        "import sys; from datetime import datetime as real\n"
        "class Early(real):\n    now = classmethod(lambda cls, tz=None: real(1999, 1, 1, tzinfo=tz))\n"
        "import winnow, winnow.workspace, winnow.curation.ingest.add, winnow.curation.releases.freeze\n"
        "for module in list(sys.modules.values()):\n"
        "    if module.__name__.startswith('winnow.') and hasattr(module, 'datetime'):\n"
        "        module.datetime = Early\n"
        "ws = winnow.open(sys.argv[1]); ws.add(sys.argv[2], license='MIT'); ws.freeze('second')\n"
    )
    path = write_jsonl(tmp_path / "one.jsonl", [{"text": "a wholly new matter", "label": "it_vpn", "split": "train"}])
    done = start(early, workspace.folder.root, path)
    _, errors = done.communicate(timeout=120)
    assert done.returncode == 0, errors
    assert [entry["name"] for entry in workspace.releases()] == ["first", "second"]
    assert workspace.releases()[1]["at"].startswith("1999")
    assert workspace.status().sources[-1].name == "one.jsonl"
    assert "second" in workspace.status().next
