"""How many runs were seen on a split: two that are chosen among many by their scores differ more than chance allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import comb
from pathlib import Path

from winnow.training.runs import RUN_FILE, Run, read_looks


def runs_seen(runs: Sequence[Run], split: str) -> int:
    """Runs of the same releases with a recorded score on the split, in the folders of the given runs; with these."""
    releases = {run.facts.release.sha256 for run in runs}
    seen = {run.path.resolve() for run in runs}
    for folder in {run.path.resolve().parent for run in runs}:
        others = (path.parent for path in folder.glob(f"*/{RUN_FILE}") if _release_of(path) in releases)
        seen |= {other for other in others if any(look.split == split for look in read_looks(other))}
    return len(seen)


def p_if_chosen(p_value: float, seen: int) -> float:
    """A p-value of two runs that were chosen among `seen` ones: times the number of their pairs (Bonferroni)."""
    return min(1.0, p_value * comb(seen, 2))


def _release_of(path: Path) -> str:
    """The SHA-256 of the release of a run, without opening its weights; empty for a file that states none."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["release"]["sha256"])
    except (ValueError, KeyError, TypeError):
        return ""
