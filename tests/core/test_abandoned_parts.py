"""Incomplete files of killed commands are removed; those of running commands stay."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import winnow
from winnow.workspace import Workspace


def dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_the_next_command_removes_what_a_killed_one_left(make_workspace: Callable[..., Workspace]) -> None:
    root = make_workspace("a").folder.root
    winnow.open(root).add(pd.DataFrame({"text": ["one"], "label": ["a"]}))
    names = ["winnow.yaml", ".winnow/dropped/q.jsonl", ".winnow/runs/r/evaluation/t.json", "exports/e/train.csv"]
    parts = {}
    for process in (dead_process(), os.getpid()):
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{process}.part")
            part.write_text("a secret text")
            parts[part] = process == os.getpid()
        folder = root / ".winnow" / "releases" / f".v1.{process}.part"
        (folder / "data").mkdir(parents=True)
        parts[folder] = process == os.getpid()
    own = root / ".notes.txt.part"
    own.write_text("not ours")
    winnow.open(root).status()
    assert {part: part.exists() for part in parts} == parts
    assert own.exists()


def test_a_part_whose_name_has_no_process_stays(tmp_path: Path) -> None:
    from winnow.core.atomic import remove_abandoned_parts

    part = tmp_path / ".2026.part"
    part.write_text("x")
    remove_abandoned_parts(tmp_path)
    assert part.exists()
