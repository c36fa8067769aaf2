"""How many runs were seen on a split: two that are chosen among many by their scores differ more than chance allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import comb
from pathlib import Path

from winnow.training.runs import LOOKS_FILE, RUN_FILE, Run


def runs_seen(runs: Sequence[Run], split: str) -> int:
    """Runs of the same releases with a recorded score on the split, in the folders of the given runs; with these."""
    releases = {run.facts.release.sha256 for run in runs}
    seen = {run.path.resolve() for run in runs}
    for folder in {run.path.resolve().parent for run in runs}:
        seen |= {path.parent for path in folder.glob(f"*/{RUN_FILE}") if _was_seen(path, releases, split)}
    return len(seen)


def p_if_chosen(p_value: float, seen: int) -> float:
    """A p-value of two runs that were chosen among `seen` ones: times the number of their pairs (Bonferroni)."""
    return min(1.0, p_value * comb(seen, 2))


def _was_seen(path: Path, releases: set[str], split: str) -> bool:
    looks = path.with_name(LOOKS_FILE)
    if not looks.is_file():
        return False
    try:
        release = json.loads(path.read_text(encoding="utf-8"))["release"]["sha256"]
        return release in releases and any(
            json.loads(line).get("split") == split for line in looks.read_text(encoding="utf-8").splitlines() if line
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
