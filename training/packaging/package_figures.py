"""The figures of a run's stored evaluations, as its model card lists them: every share with its interval."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.vocabulary import Split

EVALUATIONS = "evaluation"
"""The folder of a run that holds its evaluations."""

MEASURED_FIELDS = {"value", "low", "high", "rows"}
"""The fields of a figure with its interval."""

NAMING_FIELDS = ("level", "behavior", "tool", "group", "goal", "name", "label")
"""The field that says what a figure in a list is about."""

PAIR_FIELDS = ("first", "second")
"""The fields that say which confusable pair it is about."""


@dataclass(frozen=True)
class CardFigure:
    """One line of the table."""

    split: str
    """The split that it was measured on."""
    name: str
    """What was measured, such as `accuracy` or `levels valid share`."""
    value: float
    """A share, 0 to 1."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end of its 95 % interval."""
    rows: int
    """Rows or answers that it was measured on."""


def card_figures(run: Path) -> list[CardFigure]:
    """Every share that was measured on validation and test, in the order of the stored evaluation."""
    return [figure for split in (Split.VALIDATION, Split.TEST) for figure in _of_split(run, split)]


def _of_split(run: Path, split: str) -> Iterator[CardFigure]:
    try:
        stored = json.loads((run / EVALUATIONS / f"{split}.json").read_text(encoding="utf-8"))
        found = list(_measured(stored, ()))
    except (OSError, ValueError, RecursionError):
        return
    for name, one in found:
        if all(isinstance(value, int | float) for value in one.values()) and 0 <= one["value"] <= 1:
            yield CardFigure(split, name, one["value"], one["low"], one["high"], one["rows"])


def _measured(found: Any, path: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures with an interval, by the path to them; what belongs to slices, goals and examples is left out."""
    if isinstance(found, dict):
        if set(found) == MEASURED_FIELDS:
            yield " ".join(path), found
            return
        about = _about(found)
        for name, value in found.items():
            if name not in LEFT_OUT:
                yield from _measured(value, (*path, *about, name))
    elif isinstance(found, list):
        for value in found:
            yield from _measured(value, path)


def _about(found: dict[str, Any]) -> list[str]:
    """What the figures of an entry in a list are about; empty for what stands alone."""
    named = [str(found[name]) for name in NAMING_FIELDS if isinstance(found.get(name), str)]
    return named[:1] or [str(found[name]) for name in PAIR_FIELDS if name in found]


LEFT_OUT = frozenset({"slices", "goals", "examples", "learning_curve", "latency", "errors", "per_tool", "tools"})
"""Parts of an evaluation that are too long for a card; the page of the evaluation shows them."""
