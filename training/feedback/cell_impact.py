"""Impact on failing cells: which of them the run after a round of feedback still fails at. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set

from winnow.core.feedback_vocabulary import CellKind
from winnow.core.record import Record
from winnow.core.result import NotMeasured
from winnow.curation.annotations.tool_feedback_facts import ToolFeedbackFacts
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.compare_answers import compare_answers, with_adjusted
from winnow.training.evaluation.tools.tool_comparison_facts import ComparedAnswers
from winnow.training.feedback.failing_cells import Cell, belongs_to, cells_that_fail
from winnow.validators.stats.significance import mcnemar

NO_ANSWER = NotMeasured("no common validation answers belong to these cells")


class CellErrors(Record):
    """Failing dialogues before and after, of the same validation dialogues."""

    errors_before: int
    """Dialogues in which the earlier run fails."""
    errors_after: int
    """Dialogues in which the later run fails."""
    fixed: int
    """Dialogues in which only the earlier run fails."""
    introduced: int
    """Dialogues in which only the later run fails."""
    p_value: float
    """p-value of McNemar's exact test on dialogues."""


class ErrorsOfCell(CellErrors):
    """Failing dialogues of one cell."""

    kind: CellKind
    """What the cell is about."""
    name: str
    """Its name, as in the feedback."""


class ToolFeedbackImpact(Record):
    """What a run fixes compared with the earlier run that the feedback was about."""

    before: str
    """Id of the earlier run."""
    after: str
    """Id of the later run."""
    expected_fixes: dict[str, float]
    """Number of dialogues that each action was expected to fix."""
    cells: CellErrors
    """Dialogues that fail in any of the cells."""
    answers_of_the_cells: ComparedAnswers | NotMeasured
    """Answers that belong to a cell and pass every level, later minus earlier."""
    other_answers: ComparedAnswers | NotMeasured
    """The same for all other answers."""
    each: list[ErrorsOfCell]
    """Every cell."""


def measure_cell_impact(
    feedback: ToolFeedbackFacts, before: Sequence[AnswerResult], after: Sequence[AnswerResult], *, run: str
) -> ToolFeedbackImpact:
    """What the run with the id `run` fixes; `before` and `after` are the common answers, in the same order."""
    cells = [Cell(one.kind, one.name) for one in feedback.cells]
    inside = [any(belongs_to(one, cell) for cell in cells) for one in before]
    return ToolFeedbackImpact(
        before=feedback.run,
        after=run,
        expected_fixes={action.name: action.expected_fixes for action in feedback.actions},
        cells=_errors(before, after, set(cells)),
        answers_of_the_cells=_accuracy(before, after, inside),
        other_answers=_accuracy(before, after, [not one for one in inside]),
        each=[ErrorsOfCell(kind=c.kind, name=c.name, **dict(_errors(before, after, {c}))) for c in cells],
    )


def _errors(before: Sequence[AnswerResult], after: Sequence[AnswerResult], cells: Set[Cell]) -> CellErrors:
    """Dialogues that fail in any of the cells, before and after."""
    failed_before, failed_after = (
        {one.id for one in side if not cells.isdisjoint(cells_that_fail(one))} for side in (before, after)
    )
    fixed, introduced = len(failed_before - failed_after), len(failed_after - failed_before)
    return CellErrors(
        errors_before=len(failed_before),
        errors_after=len(failed_after),
        fixed=fixed,
        introduced=introduced,
        p_value=mcnemar(fixed, introduced),
    )


def _accuracy(
    before: Sequence[AnswerResult], after: Sequence[AnswerResult], kept: Sequence[bool]
) -> ComparedAnswers | NotMeasured:
    own, later = ([one for one, is_kept in zip(side, kept, strict=True) if is_kept] for side in (before, after))
    if not own:
        return NO_ANSWER
    return with_adjusted([compare_answers(own, later).accuracy], least=0)[0]
