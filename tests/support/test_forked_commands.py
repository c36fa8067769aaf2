from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support.forked_commands import CAN_FORK, FORKING_PROCESSES, WINNOW_SCRIPT, _forking_process, run_forked

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="commands are not forked here")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "winnow.yaml").write_text("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")
    return tmp_path


@pytest.mark.parametrize("arguments", [("status", "--json"), ("add", "ü\n")])
def test_a_forked_command_ends_as_the_script_does(arguments: tuple[str, ...], workspace: Path) -> None:
    script = subprocess.run(
        [WINNOW_SCRIPT, *arguments],
        cwd=workspace,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    forked = run_forked(arguments, cwd=workspace, timeout=300)
    assert (forked.returncode, forked.stdout, forked.stderr) == (script.returncode, script.stdout, script.stderr)


def test_commands_run_at_once_with_the_environment_of_now(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_ARGILLA_URL", "http://127.0.0.1:9")
    ended = []
    threads = [
        threading.Thread(target=lambda: ended.append(run_forked(("pull",), cwd=workspace, timeout=300))) for _ in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 3
    assert all("WINNOW_ARGILLA_API_KEY" in one.stderr and one.returncode for one in ended)


def test_a_command_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        run_forked(("init", "new"), cwd=tmp_path, timeout=0.001)


def test_commands_in_a_row_are_forked_by_processes_that_hash_differently() -> None:
    assert len({_forking_process(number, os.getpid()) for number in range(FORKING_PROCESSES)}) == 2
