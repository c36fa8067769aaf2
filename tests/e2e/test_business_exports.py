"""From the export of a business tool to `check`, with the printed commands alone: unchanged, and without an option."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.support.business_exports import EXPORTS, ROWS
from tests.support.commands import run_winnow

pytestmark = pytest.mark.slow


def run_printed(line: str, folder: Path) -> tuple[str, Path]:
    """Run a printed command, with the `cd` before it; its output and the folder it ran in."""
    where, _, rest = line.partition(" && ")
    if rest:
        folder = folder / shlex.split(where)[1]
    words = shlex.split(rest or line)
    assert words[0] == "winnow"
    done = run_winnow(*words[1:], cwd=folder)
    assert done.returncode in ((0, 1) if words[1] == "check" else (0,)), done.stderr
    if printed := os.environ.get("WINNOW_TEST_PICTURES"):
        (Path(printed) / f"{folder.parent.name}-{words[1]}.txt").write_text(done.stderr + done.stdout, encoding="utf-8")
    return done.stdout, folder


def next_line(output: str) -> str:
    """The command that the last line of an output recommends."""
    return output.strip().splitlines()[-1].removeprefix("next: ")


@pytest.mark.parametrize("tool", EXPORTS)
def test_the_printed_commands_lead_to_check(tool: str, tmp_path: Path) -> None:
    file = EXPORTS[tool].write(tmp_path)
    output, _ = run_printed(f"winnow init {shlex.quote(tool)} --from {shlex.quote(str(file))}", tmp_path)
    added, folder = run_printed(next_line(output), tmp_path)
    assert f"added {ROWS}" in added
    checked, _ = run_printed(next_line(added), folder)
    assert "verdict" in checked
