"""The figures of a run that labels texts, as its model card lists them: every share with its interval and rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import Split
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.packaging.package_figures import EVALUATIONS, CardFigure

HEADLINES = {
    "accuracy": "accuracy",
    "in_scope_accuracy": "accuracy on queries in scope",
    "macro_f1": "macro-F1",
}
"""The figures that an evaluation states in addition to a table of their intervals, as the card calls them."""


class NamedFigure(NamedTuple):
    """A figure and what the card calls it."""

    name: str
    figure: Measured | NotMeasured


def classifier_figures(run: Path, *, fallback: str | None) -> list[CardFigure]:
    """What the stored evaluations on validation and test measured; empty for a run that was not evaluated."""
    return [figure for split in (Split.VALIDATION, Split.TEST) for figure in _of_split(run, split, fallback)]


def _of_split(run: Path, split: str, fallback: str | None) -> Iterator[CardFigure]:
    try:
        text = (run / EVALUATIONS / f"{split}.json").read_text(encoding="utf-8")
        measures = EvaluationFacts.model_validate_json(text)
    except (OSError, ValueError):  # not evaluated, or by an older version
        return
    for name, found in (*_headlines(measures, fallback), *_routing(measures)):
        if isinstance(found, Measured):
            yield CardFigure(split, name, found.value, found.low, found.high, found.rows)


def _headlines(measures: EvaluationFacts, fallback: str | None) -> Iterator[NamedFigure]:
    rows = {"in_scope_accuracy": sum(one.rows for one in measures.per_label if one.label != fallback)}
    for field, name in HEADLINES.items():
        value, interval = getattr(measures, field), measures.intervals.get(field)
        if isinstance(value, float) and interval is not None:
            yield NamedFigure(name, Measured(value, *interval, rows.get(field, measures.rows)))


def _routing(measures: EvaluationFacts) -> Iterator[NamedFigure]:
    if not isinstance(measures.routes, NotMeasured):
        yield NamedFigure("right route", measures.routes.accuracy)
    if not isinstance(measures.out_of_scope, NotMeasured):
        yield NamedFigure("recall of the fallback label, without the threshold", measures.out_of_scope.recall)
        yield NamedFigure("precision of the fallback label, without the threshold", measures.out_of_scope.precision)
    if isinstance(measures.selective, NotMeasured) or isinstance(measures.selective.at_threshold, NotMeasured):
        return
    at_threshold = measures.selective.at_threshold
    yield NamedFigure("answered at the threshold", at_threshold.answered)
    yield NamedFigure("wrong among the answers at the threshold", at_threshold.risk)
    yield NamedFigure("right label at the threshold, the fallback included", at_threshold.accuracy)
