"""The comparison page: runs side by side, then every pair on the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.hashing import stable_hash
from winnow.reports.html import render, write_page
from winnow.reports.svg import whiskers
from winnow.training.evaluation.compare import Comparison

CHANGES_SHOWN = 20

TEXTS_SHOWN = 12


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write `compare-SPLIT-HASH.html`, where HASH is that of the run ids; returns its path."""
    names = " ".join(run.id for run in comparison.runs)
    digest = stable_hash(names, length=8)
    return write_page(comparison_page(comparison), folder / f"compare-{comparison.split}-{digest}.html")


def comparison_page(comparison: Comparison) -> str:
    """The page as HTML."""
    measures = comparison.measures
    runs = measures["runs"]
    return render(
        "comparison.html.j2",
        m=measures,
        split=comparison.split,
        looks={run.id: sum(look["split"] == "test" for look in run.read_looks()) for run in comparison.runs},
        accuracy_marks=whiskers([run["accuracy"] for run in runs]),
        goal_marks=[
            whiskers(run["goals"], key="measured", marks=[goal["wanted"] for goal in run["goals"]]) for run in runs
        ],
        pairs=[_pair(pair, comparison) for pair in measures["pairs"]],
    )


def _pair(pair: dict[str, Any], comparison: Comparison) -> dict[str, Any]:
    """One pair with its plots and the texts on which only one run is right."""
    marks = whiskers([pair["accuracy"], pair["macro_f1"]], key="difference", marks=[0.0, 0.0])
    labels = [one for one in pair["per_label"] if one["only_first_right"] or one["only_second_right"]]
    confusions = [one for one in pair["per_confused_pair"] if one["first"] != one["second"]]
    return {
        **pair,
        "marks": marks,
        "changed": labels[:CHANGES_SHOWN],
        "changed_count": len(labels),
        "confusions": confusions[:CHANGES_SHOWN],
        "confusions_count": len(confusions),
        "lost": _texts(comparison, right=pair["first"], wrong=pair["second"]),
        "gained": _texts(comparison, right=pair["second"], wrong=pair["first"]),
    }


def _texts(comparison: Comparison, *, right: str, wrong: str) -> list[tuple[str, str, str]]:
    """Text, true label and wrong prediction of rows that only one run has right."""
    rows = comparison.rows
    only = rows[(rows[right] == rows["gold"]) & (rows[wrong] != rows["gold"])].head(TEXTS_SHOWN)
    return list(zip(only["text"], only["gold"], only[wrong], strict=True))
