"""100,000 dialogues: add, check, freeze and verify as commands; seconds and memory.

Each command runs in its own process. The embedding of the texts, which depends on the model, is measured apart, before
`check`. Named alternative: `json` and `jsonschema` alone, which read the file, check every call and do nothing else.

Run by `python -m benchmarks.dialogues_large [DIALOGUES]`, with 2,000 or more: fewer fail the gate on composition. Users
say pieces of CLINC150 and BANKING77, without the public data of the shipped example.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator

from benchmarks.generated_dialogues import EXAMPLE, GeneratedDialogues, Planting, Row, generate, write_task
from winnow.config.load import read_task
from winnow.core.example import record_id
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.checks.eligibility import eligible_rows
from winnow.curation.checks.similarity_search import RowVectors
from winnow.curation.releases.release import open_release
from winnow.curation.store.working_view import working_table
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds.tools import TOOLS

DIALOGUES = 100_000

FURTHER = 1_000
"""Dialogues that are added later."""

OPTIONS = ("--group-column", "group", "--license", "own")

RELEASE = "first"


@dataclass(frozen=True)
class Cost:
    """What one command took."""

    seconds: float
    processor_seconds: float
    """Of all processors together, which depends less on what else runs on the machine."""
    memory: float
    """Peak memory in MB."""


def main(count: int = DIALOGUES) -> None:
    """Print what every command takes, and what became of the planted rows."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _step("write", root, count)
        size = (root / "dialogues.jsonl").stat().st_size / 1e6
        print(f"{count:,} dialogues, {size:,.0f} MB; {os.cpu_count()} processors\n")
        print("| command | seconds | processor seconds | rows/s | peak memory, MB | load |\n|---|---|---|---|---|---|")
        _run_commands(root, count)
        _print_fates(generate(count), root)


def _run_commands(root: Path, count: int) -> None:
    """Run and print the commands, in order."""

    def winnow(title: str, *arguments: str, rows: int = count) -> None:
        _print(title, _measure([str(Path(sys.executable).parent / "winnow"), *arguments], root), rows)

    _print("`json` and `jsonschema` alone", _step("plain", root, count), count)
    winnow("`add`", "add", "dialogues.jsonl", *OPTIONS)
    _print("embedding", _step("embed", root, count), count)
    winnow("`check`", "check")
    winnow("`freeze`", "freeze", RELEASE)
    winnow("`verify`", "verify", RELEASE)
    winnow("`status`", "status")
    winnow("`show`", "show", str(_release(root).rows("test")["id"].iloc[0]))
    winnow(f"`add`, {FURTHER:,} more", "add", "further.jsonl", *OPTIONS, rows=FURTHER)
    winnow("`add`, the first file again", "add", "dialogues.jsonl", *OPTIONS)
    winnow(f"`check`, {FURTHER:,} more", "check")


def _print(title: str, cost: Cost, rows: int) -> None:
    figures = f"{cost.seconds:.1f} | {cost.processor_seconds:.1f} | {rows / cost.seconds:,.0f} | {cost.memory:,.0f}"
    print(f"| {title} | {figures} | {os.getloadavg()[0]:.1f} |", flush=True)


def _step(name: str, root: Path, count: int) -> Cost:
    """What one of `STEPS` takes, in a process of its own."""
    return _measure([sys.executable, "-m", "benchmarks.dialogues_large", name, str(root), str(count)], Path.cwd())


def _measure(command: Sequence[str], folder: Path) -> Cost:
    """What a command takes, by the operating system's account of its process.

    That account begins with the memory of this process, which therefore stays small until the end.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {output.read()}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_files(root: Path, count: int) -> None:
    """Write the task and the generated dialogues."""
    write_task(root)
    for name, rows in (("dialogues", generate(count).rows), ("further", generate(FURTHER, seed=1).rows)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (root / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


def check_plainly(root: Path, _: int) -> int:
    """The number of calls whose arguments are invalid, found with `json` and `jsonschema` alone."""
    declared = json.loads((EXAMPLE / "tools.json").read_text(encoding="utf-8"))
    validators = {one["function"]["name"]: Draft202012Validator(one["function"]["parameters"]) for one in declared}
    with (root / "dialogues.jsonl").open(encoding="utf-8") as lines:
        turns = (turn for line in lines for turn in json.loads(line)["messages"])
        calls = (call["function"] for turn in turns for call in turn.get("tool_calls", ()))
        return sum(not validators[call["name"]].is_valid(json.loads(call["arguments"])) for call in calls)


def embed(root: Path, _: int) -> None:
    """Embed every text that `check` compares, into the cache of the workspace."""
    workspace = WorkspaceContext(WorkspaceFolder(root))
    task = workspace.task
    with workspace.store.reading() as connection:
        eligible = eligible_rows(working_table(connection))
    vectors = RowVectors(eligible, TOOLS.guards(task), workspace.embedder(task), workspace.vectors_cache, None)
    every = np.concatenate([vectors.train, vectors.hold_out])
    vectors.prepare(plain=[every], masked=[every])


def _release(root: Path) -> Any:
    return open_release(WorkspaceFolder(root).releases / RELEASE, checked=False)


def _print_fates(made: GeneratedDialogues, root: Path) -> None:
    """Print what became of the planted rows in the release, and what else it excludes."""
    release = _release(root)
    excluded = {record: str(reason) for record, reason in release.excluded().items()}
    fates = dict.fromkeys((record for split in release.counts for record in release.rows(split)["id"]), "kept")
    identity = identities(root)
    planted = {identity(row) for pairs in made.planted.values() for pair in pairs for row in pair}
    print("\n| planted | pairs | what became of them |\n|---|---|---|")
    for planting, found in planted_fates(made, fates | excluded, identity).items():
        text = "; ".join(f"{number:,}: {' and '.join(fate)}" for fate, number in found.most_common())
        print(f"| {planting} | {found.total():,} | {text} |")
    others = Counter(reason for record, reason in excluded.items() if record not in planted)
    print(f"\nexcluded besides: {dict(others) or 'nothing'}")


def planted_fates(
    made: GeneratedDialogues, fates: Mapping[str, str], identity: Callable[[Row], str]
) -> dict[Planting, Counter[tuple[str, ...]]]:
    """How many planted pairs ended how: the two fates, sorted, or the one of a pair that is one record.

    `fates` says of every stored record whether it is kept, or why it is excluded; a row without a record is dropped.
    """
    return {
        planting: Counter(
            tuple(sorted(fates.get(record, "dropped") for record in {identity(row), identity(other)}))
            for row, other in pairs
        )
        for planting, pairs in made.planted.items()
    }


def identities(root: Path) -> Callable[[Row], str]:
    """A function from a row to the id of its record; empty for a row that is dropped."""
    task = read_task(root / TASK_FILE)

    def identity(row: Row) -> str:
        content = TOOLS.parse({"messages": row["messages"], "tools": row.get("tools")}, task)
        return record_id(TOOLS.name, content) if isinstance(content, str) else ""

    return identity


STEPS: Mapping[str, Callable[[Path, int], object]] = {"write": write_files, "plain": check_plainly, "embed": embed}
"""What runs in a process of its own and is no command of Winnow."""

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        STEPS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else DIALOGUES)
