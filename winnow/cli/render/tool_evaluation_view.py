"""What evaluate measured of answers that may call tools: goals, levels, other measures, errors, weak slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.evaluation_view import print_learning_curve, print_weak_slices, speed_rows
from winnow.cli.render.measure_format import ROWS_SHOWN, print_goals, share_cells
from winnow.cli.render.terminal import print_line, print_table
from winnow.core.answer_words import ERROR_NAMES, LEVEL_NAMES
from winnow.core.counted import counted
from winnow.core.result import Measure, Measured, NotMeasured

if TYPE_CHECKING:
    from winnow.training.diagnostics.findings import Finding
    from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
    from winnow.training.evaluation.tools.tool_facts import (
        AnswerErrorCount,
        LevelMeasure,
        MeasuredAnswers,
        ToolEvaluationFacts,
    )

Row = tuple[str, str, str, str]


def print_tool_evaluation(evaluation: ToolEvaluation) -> None:
    """Print goals first, then the levels, the other measures, the most frequent errors and the weak slices."""
    measures = evaluation.measures
    print_line(
        f"{evaluation.split}: {counted(measures.answers, 'answer')} of {counted(measures.dialogues, 'dialogue')}"
    )
    _print_goals(measures)
    print_measured_answers(measures)
    if evaluation.findings:
        _print_findings(evaluation.findings.found)
    for row in speed_rows(measures.latency, one="one answer"):
        print_line("  ".join(row))
    print_weak_slices(measures.slices, rows_are="answers")
    print_learning_curve(measures.learning_curve)


def _print_findings(found: Sequence[Finding]) -> None:
    """What is wrong, why, and the command that addresses it; most affected dialogues first."""
    for one in found:
        print_line()
        print_line(f"{one.severity} finding {one.name}: {one.evidence}", style="yellow")
        print_line(f"  {one.cause}")
        print_line(f"  {one.command}")


def print_measured_answers(measures: MeasuredAnswers) -> None:
    """Print what is measured of answers, wherever they come from: levels, other measures, errors."""
    print_line()
    _print_levels(measures.levels)
    print_line()
    rows = [_row(title, figure) for title, figure in _figures(measures)]
    print_table(["measure", "", "95 % interval", "of"], rows, right=[1, 3])
    _print_errors(measures.errors)


def _print_goals(measures: ToolEvaluationFacts) -> None:
    print_goals(measures.goals)
    if measures.suggested_goals:
        print_line()
        print_line("the task states no goals; these are usual ones, for `goals` in winnow.yaml")
        print_goals(measures.suggested_goals)


def _print_levels(levels: Sequence[LevelMeasure]) -> None:
    rows = [
        (
            f"{place} {LEVEL_NAMES[one.level]}",
            *share_cells(one.share),
            f"{one.failed_here:,}" if one.failed_here else "",
        )
        for place, one in enumerate(levels, 1)
    ]
    print_table(["level", "answers that pass", "95 % interval", "fail here first"], rows, right=[1, 3])


def _figures(measures: MeasuredAnswers) -> Iterable[tuple[str, Measure]]:
    """The measures besides the levels, each with its title."""
    yield "tool selection", measures.selection
    yield "argument match", measures.arguments
    yield "no-call precision", measures.no_call.precision
    yield "no-call recall", measures.no_call.recall
    for behavior in measures.behaviors:
        yield f"{behavior.behavior}: recall", behavior.recall
        yield f"{behavior.behavior}: precision", behavior.precision
    if not isinstance(measures.pairs, NotMeasured):
        yield "confusable pairs", measures.pairs.pooled
    for group in measures.groups:
        yield f"{group.group.replace('_', ' ')}: all levels", group.accuracy


def _row(title: str, figure: Measure) -> Row:
    rows = f"{figure.rows:,}" if isinstance(figure, Measured) else ""
    return title, *share_cells(figure), rows


def _print_errors(errors: Sequence[AnswerErrorCount]) -> None:
    if not errors:
        return
    print_line()
    rows = [
        (f"{one.answers:,}", ERROR_NAMES[one.error], _tools(one.tools), _example(one)) for one in errors[:ROWS_SHOWN]
    ]
    print_table(["answers", "error", "tools", "example"], rows, right=[0])
    if len(errors) > ROWS_SHOWN:
        print_line(f"and {counted(len(errors) - ROWS_SHOWN, 'more type')} in the report")


def _tools(tools: dict[str, int]) -> str:
    shown = ", ".join(f"{tool} {count}" for tool, count in list(tools.items())[:3])
    return f"{shown}, …" if len(tools) > 3 else shown


def _example(error: AnswerErrorCount) -> str:
    detail = error.examples[0].detail if error.examples else ""
    return detail if len(detail) <= 70 else f"{detail[:69]}…"
