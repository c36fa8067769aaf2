"""Rows from standard input, output to a reader that ends first, and pipes where a file is expected."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from winnow.cli.output_stream import CLOSED_PIPE
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.workspace import Workspace

ROWS = "text,label\nmy vpn drops every hour,it_vpn\nthe vpn client cannot sign in,it_vpn\n"


@pytest.fixture
def workspace(frozen_example: Workspace, tmp_path: Path) -> Path:
    return Path(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["status", "--json"], ["check"], ["export", "first"]])
def test_a_reader_that_ends_first_is_no_failed_gate(arguments: list[str], workspace: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [*arguments, "--format", "csv"] if arguments[0] == "export" else arguments
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [str(WINNOW_SCRIPT), *arguments],
            cwd=workspace,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    assert done.returncode == CLOSED_PIPE
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_rows_are_read_from_standard_input(workspace: Path) -> None:
    added = json.loads(run_winnow("add", "-", "--license", "own", "--json", cwd=workspace, input=ROWS).stdout)
    assert (added["given"], added["dropped"]) == (2, 0)
    again = json.loads(run_winnow("add", "-", "-", "--license", "own", "--json", cwd=workspace, input=ROWS).stdout)
    assert again["added"] == 0
    assert "stdin" in run_winnow("status", cwd=workspace).stdout


def test_plain_text_on_standard_input_is_one_query_per_line(workspace: Path) -> None:
    typed = "hello, how do I pay for parking\nwhere is my badge for the garage\n"
    added = json.loads(run_winnow("add", "-", "--license", "own", "--json", cwd=workspace, input=typed).stdout)
    assert (added["given"], added["added"], added["dropped"]) == (2, 2, 0)


def test_a_question_about_standard_input_names_it_in_the_commands(workspace: Path) -> None:
    rows = "".join(json.dumps({"text": f"a question {n}", "session": f"s{n // 3}"}) + "\n" for n in range(30))
    asked = run_winnow("add", "-", "--license", "own", cwd=workspace, input=rows)
    assert asked.returncode == 2
    assert "winnow add - --license own --group-column session" in " ".join(asked.stderr.split())


def test_a_task_is_made_of_standard_input(tmp_path: Path) -> None:
    made = run_winnow("init", "new", "--from", "-", cwd=tmp_path, input=ROWS)
    assert made.returncode == 0, made.stderr
    assert "it_vpn" in (tmp_path / "new" / "winnow.yaml").read_text()
    assert "winnow add -\n" in made.stdout
    assert "with 1 label and" in made.stdout
    assert "pipe the same rows into the next command" in made.stdout


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "rows.csv"
    os.mkfifo(pipe)
    with pytest.raises(WinnowError, match="a pipe, socket or device; expected: a regular file"):
        read_rows(pipe)


def test_a_shell_completes_commands_and_choices(tmp_path: Path) -> None:
    def proposed(line: str) -> str:
        words = {"_WINNOW_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
        return run_winnow(cwd=tmp_path, env={**os.environ, **words}).stdout

    assert "status" in proposed("winnow sta").split()
    assert proposed("winnow add --origin s").split() == ["synthetic"]
    assert "leakage" in proposed("winnow waive le").split()
