"""Read interaction logs as any program would, and write them from processes that are killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.interaction_line import InteractionLine

WRITER = """
import os, random, sys, threading
import winnow

log, acknowledged, threads, seed, lines = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
receipts = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def write(thread):
    draw = random.Random(f"{seed}-{thread}")
    for number in range(lines):
        text = draw.choice("abcdef") * draw.choice((10, 1_000, 30_000))
        identity = winnow.log_interaction(log, agent_role="writer", task=f"{seed}-{thread}-{number}", output=text)
        os.write(receipts, f"{identity} {seed}-{thread}-{number}\\n".encode())

workers = [threading.Thread(target=write, args=(thread,)) for thread in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
"""A program that logs, and notes after each call what was acknowledged: LOG RECEIPTS THREADS SEED LINES."""


class ReadLog(NamedTuple):
    """What is in a log."""

    lines: list[dict[str, Any]]
    incomplete: list[bytes]
    """Pieces that are no JSON, or that no line feed ends."""


def read_log(path: Path) -> ReadLog:
    """The lines of a log; each complete one must be of the documented form."""
    *ended, rest = path.read_bytes().split(b"\n")
    lines, incomplete = [], [rest] if rest else []
    for text in ended:
        try:
            lines.append(json.loads(text))
        except ValueError:
            incomplete.append(text)
        else:
            InteractionLine.model_validate_json(text, strict=True)
    return ReadLog(lines, incomplete)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The lines of a log in which nothing is incomplete."""
    read = read_log(path)
    assert read.incomplete == []
    return read.lines


def writer_command(log: Path, receipts: Path, *, threads: int, seed: int, lines: int) -> list[str]:
    """The command that runs WRITER."""
    return [sys.executable, "-c", WRITER, str(log), str(receipts), str(threads), str(seed), str(lines)]


def receipts_of(path: Path) -> dict[str, str]:
    """What was acknowledged: the task by the id. A note that a kill cut off is left out."""
    *notes, _ = path.read_text(encoding="ascii").split("\n") if path.exists() else [""]
    return dict(note.split(" ") for note in notes)
