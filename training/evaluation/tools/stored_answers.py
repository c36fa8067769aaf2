"""Read the stored evaluation of a run that calls tools, without asking a model and without a new look."""

from __future__ import annotations

import math
from collections.abc import Callable

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.evaluation.stored_results import DECISION_SPLIT, ROUNDING, PredictedRow
from winnow.training.evaluation.tools.answer_results import AnswerResult, read_answer_results
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.runs import Run


def stored_tool_measures(run: Run) -> ToolEvaluationFacts | NotMeasured:
    """The measures of the last evaluation on validation.

    Not measured when it is missing or of an older form, or when its figures are not those of the stored answers: a run
    may have been copied from elsewhere.
    """
    again = f"run {command('evaluate', run.id)}"
    try:
        text = (run.path / "evaluation" / f"{DECISION_SPLIT}.json").read_text(encoding="utf-8")
        measures = ToolEvaluationFacts.model_validate_json(text)  # raises ValueError
    except (OSError, ValueError):
        return NotMeasured(again)
    results = read_answer_results(run, DECISION_SPLIT)
    right = sum(one.is_right for one in results)
    same = len(results) == measures.answers and {one.level: one.share.value for one in measures.levels} == {
        level.level: sum(one.passes(level.level) for one in results) / len(results) for level in measures.levels
    }
    if results and same and math.isclose(measures.accuracy.value, right / len(results), abs_tol=ROUNDING):
        return measures
    return NotMeasured(f"the stored figures are not those of the stored answers: {again}")


def answer_rows(results: list[AnswerResult]) -> dict[str, PredictedRow]:
    """Judged answers by key, as rows: the expected answer, and what the model answered where it is wrong."""
    return {one.key: _as_row(one) for one in results}


def stored_answer_rows(run: Run, current_label: Callable[[str], str] = str) -> dict[str, PredictedRow]:
    """The run's stored validation answers as rows; empty before it was evaluated. Tools cannot be renamed."""
    return answer_rows(read_answer_results(run, DECISION_SPLIT))


def record_of_answer(key: str) -> str:
    """The record that the key of an answer names."""
    return key.rpartition(":")[0]


def _as_row(result: AnswerResult) -> PredictedRow:
    """A right answer may have other words than the expected one."""
    expected = f"{result.expected}: {result.expected_answer}"
    return PredictedRow(expected, expected if result.is_right else f"wrong: {result.behavior}: {result.answer}")
