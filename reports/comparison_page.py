"""The comparison page: runs side by side, then every pair on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from winnow.core.hashing import stable_hash
from winnow.reports.html import render, write_page
from winnow.reports.svg import Whisker, goal_whiskers, whiskers
from winnow.training.evaluation.compare import Comparison
from winnow.training.evaluation.comparison_facts import ComparedError, ComparedLabel, ComparedPair

CHANGES_SHOWN = 20

TEXTS_SHOWN = 12


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write `compare-SPLIT-HASH.html`, where HASH is that of the run ids; returns its path."""
    names = " ".join(run.id for run in comparison.runs)
    digest = stable_hash(names, length=8)
    return write_page(comparison_page(comparison), folder / f"compare-{comparison.facts.split}-{digest}.html")


def comparison_page(comparison: Comparison) -> str:
    """The page as HTML."""
    facts = comparison.facts
    return render(
        "comparison.html.j2",
        m=facts,
        looks={run.id: run.looks_at_test() for run in comparison.runs},
        accuracy_marks=whiskers([run.accuracy for run in facts.runs]),
        goal_marks=[goal_whiskers(run.goals) for run in facts.runs],
        changes_shown=CHANGES_SHOWN,
        pairs=[_pair_section(pair, comparison) for pair in facts.pairs],
    )


@dataclass(frozen=True)
class _PairSection:
    """One pair with its plots and the texts on which only one run is right."""

    facts: ComparedPair
    marks: list[Whisker | None]
    """The differences of accuracy and of macro-F1."""
    labels: list[ComparedLabel]
    """Labels whose recall changed, largest changes first."""
    errors: list[ComparedError]
    """Errors whose frequency changed, largest changes first."""
    lost: list[tuple[str, str, str]]
    """Rows that only the first run has right."""
    gained: list[tuple[str, str, str]]
    """Rows that only the second run has right."""


def _pair_section(pair: ComparedPair, comparison: Comparison) -> _PairSection:
    return _PairSection(
        pair,
        whiskers([pair.accuracy, pair.macro_f1], marks=[0.0, 0.0]),
        [one for one in pair.per_label if one.only_first_right or one.only_second_right],
        [one for one in pair.per_confused_pair if one.first != one.second],
        _texts(comparison, right=pair.first, wrong=pair.second),
        _texts(comparison, right=pair.second, wrong=pair.first),
    )


def _texts(comparison: Comparison, *, right: str, wrong: str) -> list[tuple[str, str, str]]:
    """Text, true label and wrong prediction of rows that only one run has right."""
    rows = comparison.rows
    only = rows[(rows[right] == rows["gold"]) & (rows[wrong] != rows["gold"])].head(TEXTS_SHOWN)
    return list(zip(only["text"], only["gold"], only[wrong], strict=True))
