"""The comparison page of runs that call tools: levels side by side, then every pair on the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.core.hashing import stable_hash
from winnow.reports.html import render, write_page
from winnow.reports.svg import Whisker, goal_whiskers, whiskers
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.compare_tool_runs import ToolComparison
from winnow.training.evaluation.tools.tool_comparison_facts import ComparedAnswers, ToolComparedPair
from winnow.validators.tools.answer_judgment import LEVELS

BEHAVIORS_SHOWN = 20

ANSWERS_SHOWN = 12


@dataclass(frozen=True)
class ChangedAnswer:
    """One answer that only one of two runs gets right."""

    question: str
    """What the user said last before it."""
    expected: str
    """The answer in the data."""
    wrong: str
    """The answer of the run that gets it wrong."""
    errors: str
    """What is wrong with it."""


@dataclass(frozen=True)
class _ToolPairSection:
    """One pair with its plot, and the answers on which only one run is right."""

    facts: ToolComparedPair
    rows: list[ComparedAnswers]
    """The levels in order, accuracy as the last of them, and selection."""
    marks: list[Whisker | None]
    """The differences of these rows."""
    gained: list[ChangedAnswer]
    """Errors of the first run that the second one fixes."""
    lost: list[ChangedAnswer]
    """New errors of the second run."""


def write_tool_comparison(comparison: ToolComparison, folder: Path) -> Path:
    """Write `compare-SPLIT-HASH.html`, where HASH is that of the run ids; returns its path."""
    digest = stable_hash(" ".join(run.id for run in comparison.runs), length=8)
    page = tool_comparison_page(comparison)
    return write_page(page, folder / f"compare-{comparison.facts.split}-{digest}.html")


def tool_comparison_page(comparison: ToolComparison) -> str:
    """The page as HTML."""
    facts = comparison.facts
    return render(
        "tool_comparison.html.j2",
        m=facts,
        levels=[(level, level.split("_")) for level in LEVELS],
        looks={run.id: run.looks_at_test() for run in comparison.runs},
        accuracy_marks=whiskers([run.accuracy for run in facts.runs]),
        goal_marks=[goal_whiskers(run.goals) for run in facts.runs],
        behaviors_shown=BEHAVIORS_SHOWN,
        pairs=[_section(pair, comparison) for pair in facts.pairs],
    )


def changed_answers(
    right: Sequence[AnswerResult], wrong: Sequence[AnswerResult], *, limit: int = ANSWERS_SHOWN
) -> list[ChangedAnswer]:
    """Answers that one run gets right and the other wrong, at most one of each dialogue; both in the same order."""
    found: dict[str, ChangedAnswer] = {}
    for one, other in zip(right, wrong, strict=True):
        if one.is_right and not other.is_right:
            errors = "; ".join(error.detail for error in other.errors)
            found.setdefault(one.id, ChangedAnswer(one.question, one.expected_answer, other.answer, errors))
    return list(found.values())[:limit]


def _section(pair: ToolComparedPair, comparison: ToolComparison) -> _ToolPairSection:
    first, second = (comparison.answers[run] for run in (pair.first, pair.second))
    rows = [*(one for one in pair.levels if one.measure in list(LEVELS)), pair.accuracy]
    rows += [one for one in pair.levels if one.measure not in list(LEVELS)]
    return _ToolPairSection(
        pair,
        rows,
        whiskers([one.difference for one in rows], marks=[0.0] * len(rows)),
        gained=changed_answers(second, first),
        lost=changed_answers(first, second),
    )
