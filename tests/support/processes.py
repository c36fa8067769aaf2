"""Commands in processes of their own, to be killed at any instant, and what a workspace may look like afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROUNDS = int(os.environ.get("WINNOW_SAFETY_ROUNDS", "50"))
"""How often the slow tests kill each kind of command."""


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stored_rows(folder: Path) -> dict[str, int]:
    """Rows by table, after SQLite's own checks of the file and the foreign keys."""
    connection = sqlite3.connect(folder / ".winnow" / "winnow.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = ("source", "record_group", "record", "occurrence", "decision")
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}
    finally:
        connection.close()


def unfinished_files(folder: Path) -> list[str]:
    """Files and folders that a command writes before it gives them their name, anywhere in a workspace."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name.endswith(".part"))
