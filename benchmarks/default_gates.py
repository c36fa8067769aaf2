"""The gates at their defaults on six public data sets, as a first `init`, `add` and `check` would see them.

Run by `python -m benchmarks.default_gates [NAME ...]`, not by `make bench`: it measures quality, not speed. Needs the
public data. Workspaces are kept in `$WINNOW_BENCHMARKS`, if it is set, so that a second run embeds nothing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import winnow
from benchmarks.texts import PUBLIC
from winnow.workspace import Workspace

LICENSES = {
    "rasa_nlu": "Apache-2.0",
    "nlupp": "CC-BY-4.0",
    "banking77": "CC-BY-4.0",
    "snips": "CC0-1.0",
    "metatool_routing": "MIT",
    "clinc150": "CC-BY-3.0",
}
"""The data sets, smallest first, and their licenses."""

COLUMNS = ("text", "label", "split")
"""What is read of a data set. NLU++ states several intents a query; `label` joins them, each combination is a label."""


def workspace_of(name: str, folder: Path) -> Workspace:
    """A workspace with the labels and rows of a data set, its official splits where it has any."""
    if (folder / "winnow.yaml").exists():
        return winnow.open(folder)
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [{key: row[key] for key in COLUMNS if key in row} for row in map(json.loads, lines)]
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / f"{name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    workspace = winnow.init(folder, from_file=file)
    workspace.add(file, origin="public", license=LICENSES[name])
    return workspace


def print_gates(name: str, folder: Path) -> None:
    """One row for every gate that does not pass."""
    checked = workspace_of(name, folder).check()
    counts = f"{len(checked.selected):,} of {len(checked.table):,}"
    for gate in checked.gates:
        if gate.verdict not in ("pass", "not_measured"):
            shown = "; ".join(gate.evidence[:2])
            measured = f"{gate.measured_text} ({gate.bound} {gate.threshold:g})"
            print(f"| {name} | {counts} | {gate.name} | {gate.verdict} | {measured} | {shown} |", flush=True)
    if checked.passed:
        print(f"| {name} | {counts} | | passed | | |", flush=True)


def main() -> None:
    """Print the table of the data sets that are named, or of all."""
    print("| data | rows selected | gate | verdict | measured | evidence |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(os.environ.get("WINNOW_BENCHMARKS", temporary))
        for name in sys.argv[1:] or LICENSES:
            print_gates(name, root / name)


if __name__ == "__main__":
    main()
