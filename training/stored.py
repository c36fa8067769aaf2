"""What lies in run folders: stored evaluations and their answers. Nothing is predicted, and no score looked at anew."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from curation.estimates import NotMeasured
from training.intervals import Difference, mcnemar, paired_difference
from training.latency import known_latency
from training.paired import latency_ratio
from training.runs import Run

SPLIT = "validation"
"""Decisions rest on validation: a choice that is made by a test score spends the test (design rule 3)."""


@dataclass(frozen=True)
class Answered:
    """One validation row as a system answered it."""

    gold: str
    predicted: str


@dataclass(frozen=True)
class Gain:
    """One system against another on the rows that both answered."""

    rows: int
    gained: int
    """Rows that only the new one has right."""
    lost: int
    """Rows that only the old one has right."""

    @property
    def accuracy(self) -> Difference:
        """New minus old, with its interval."""
        return paired_difference(self.gained, self.lost, self.rows)

    @property
    def p_value(self) -> float:
        """McNemar's, exact."""
        return mcnemar(self.gained, self.lost)

    def json(self) -> dict[str, Any]:
        """For a report."""
        counts = {"rows": self.rows, "only_candidate_right": self.gained, "only_baseline_right": self.lost}
        return {**counts, "accuracy": self.accuracy.json(), "p_value": self.p_value}


def stored_measures(run: Run) -> dict[str, Any] | NotMeasured:
    """The measures of the last evaluation on validation."""
    try:
        return dict(json.loads((run.path / "evaluation" / f"{SPLIT}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return NotMeasured(f"winnow evaluate {run.id} measures it")


def stored_answers(run: Run, called_now: Callable[[str], str] = str) -> dict[str, Answered]:
    """By record, what the run answered on validation; empty before it was evaluated.

    `called_now` gives a label's name after all renamings.
    """
    try:
        text = (run.path / "evaluation" / f"{SPLIT}-predictions.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line]
    except (OSError, ValueError):
        return {}
    return {row["id"]: Answered(called_now(row["gold"]), called_now(row["predicted"])) for row in rows}


def gain(old: dict[str, Answered], new: dict[str, Answered]) -> Gain | NotMeasured:
    """New against old on the records that both answered and whose label is the same in both. Pure."""
    common = [record for record in sorted(old.keys() & new.keys()) if old[record].gold == new[record].gold]
    if not common:
        return NotMeasured("the two were evaluated on no row in common")
    pairs = Counter((old[r].gold == old[r].predicted, new[r].gold == new[r].predicted) for r in common)
    return Gain(len(common), pairs[False, True], pairs[True, False])


def always(label: str, rows: dict[str, Answered]) -> dict[str, Answered]:
    """The system that answers every row with one label."""
    return {record: Answered(one.gold, label) for record, one in rows.items()}


def accuracy(rows: dict[str, Answered]) -> float | NotMeasured:
    """Share of the rows that are right."""
    if not rows:
        return NotMeasured("no row")
    return sum(one.gold == one.predicted for one in rows.values()) / len(rows)


def most_frequent(labels: Sequence[str]) -> str:
    """The label of most rows; of equally frequent ones the first by name."""
    return min(Counter(labels).items(), key=lambda item: (-item[1], item[0]))[0]


def speed(old: Run, new: Run) -> float | NotMeasured:
    """Seconds of one query of the old run by those of the new; both measured on one machine."""
    ratio = latency_ratio(known_latency(new), known_latency(old))
    return NotMeasured(str(ratio["why"])) if isinstance(ratio, dict) else float(ratio)
