"""What a model of the learning curve gets right on validation, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.answering.answer import answers_of
from winnow.training.answering.answer_request import requests_of_rows
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_counts import share_of
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.training.run_release import task_of_run
from winnow.training.runs import Run
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS
from winnow.validators.stats.intervals import measured_proportion
from winnow.validators.stats.macro_f1 import macro_f1_with_interval


@dataclass(frozen=True)
class PointMeasures:
    """A model measured on validation."""

    accuracy: Measured
    macro_f1: Measure
    selection: Measure | None
    """Tool selection; None for labels."""
    correct: list[bool]
    """Whether each row or answer is right, in their order."""
    records: list[str]
    """The record of each."""


def measure_labels(model: Run, release: Release, *, seed: int, vectors_cache: Path | None) -> PointMeasures:
    """A model of labels."""
    from winnow.training.methods import predict

    rows = release.rows(Split.VALIDATION)
    gold = list(rows["label"])
    predicted = predict(model, list(rows["text"]), vectors_cache=vectors_cache).labels
    correct = [g == p for g, p in zip(gold, predicted, strict=True)]
    return PointMeasures(
        accuracy=measured_proportion(sum(correct), len(correct)),
        macro_f1=macro_f1_with_interval(gold, predicted, release.labels, seed=seed).figure,
        selection=None,
        correct=correct,
        records=list(rows["id"]),
    )


def measure_calls(model: Run, release: Release, *, seed: int, vectors_cache: Path | None) -> PointMeasures:
    """A model that may call tools; a row of the curve is an answer."""
    task = task_of_run(model, release)
    requests = requests_of_rows(release.rows(Split.VALIDATION), task, Split.VALIDATION)
    results = judged_results(requests, answers_of(model, requests), task)
    accuracy = share_of(results, answer_counts.accuracy)
    assert isinstance(accuracy, Measured)  # the curve is measured only where validation has answers
    return PointMeasures(
        accuracy=accuracy,
        macro_f1=NotMeasured("tool calls are measured by selection"),
        selection=share_of(results, answer_counts.selection, "no answer should call a tool"),
        correct=[one.is_right for one in results],
        records=[one.id for one in results],
    )


POINT_MEASURES: Mapping[str, Callable[..., PointMeasures]] = {TOOLS.name: measure_calls}
"""How a model is measured, by kind. A kind without an entry is measured by its labels."""


def measure_point(model: Run, release: Release, *, seed: int, vectors_cache: Path | None) -> PointMeasures:
    """A model measured on the validation split of a release."""
    return _measure_of(release.kind)(model, release, seed=seed, vectors_cache=vectors_cache)


def _measure_of(kind: Kind) -> Callable[..., PointMeasures]:
    return POINT_MEASURES.get(kind.name, measure_labels)
