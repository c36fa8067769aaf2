"""Failing cells: what a run that calls tools fails at, counted in dialogues of validation. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.feedback_vocabulary import CellKind
from winnow.core.quota_names import PAIR_SEPARATOR
from winnow.training.diagnostics.tools.confused_tools import wrong_choice
from winnow.training.diagnostics.tools.wrong_arguments import ARGUMENT_ERRORS, tools_of
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.tools.behavior import Behavior

MIN_FAILING_DIALOGUES = 2
"""Failing dialogues from which a cell is worked on: a single one may be an accident."""

MAX_CELLS = 20
"""Maximum number of cells of one kind that are worked on at once."""

ERRORS_OF_WHOLE_ANSWERS = (AnswerErrorType.MALFORMED, AnswerErrorType.NOT_FINISHED, AnswerErrorType.DID_NOT_CALL)
"""Errors that count for every tool that the answer should call."""


class Cell(NamedTuple):
    """What dialogues may fail at."""

    kind: CellKind
    name: str


class CountedCell(NamedTuple):
    """A cell with its dialogues."""

    cell: Cell
    failing: int
    dialogues: int


class _CellRule(NamedTuple):
    """Which answers belong to cells of one kind, and which of them fail."""

    failing: Callable[[AnswerResult], Iterable[str]]
    """The names of the cells in which an answer fails."""
    belongs: Callable[[AnswerResult, str], bool]


def failing_cells(results: Sequence[AnswerResult]) -> list[CountedCell]:
    """Cells with at least MIN_FAILING_DIALOGUES failing dialogues, at most MAX_CELLS of each kind, worst first."""
    failing: dict[Cell, set[str]] = defaultdict(set)
    for one in results:
        for cell in cells_that_fail(one):
            failing[cell].add(one.id)
    ranked = sorted(failing, key=lambda cell: (-len(failing[cell]), cell))
    kept: Counter[CellKind] = Counter()
    found = []
    for cell in ranked:
        kept[cell.kind] += 1
        if len(failing[cell]) >= MIN_FAILING_DIALOGUES and kept[cell.kind] <= MAX_CELLS:
            dialogues = len({one.id for one in results if belongs_to(one, cell)})
            found.append(CountedCell(cell, len(failing[cell]), dialogues))
    return found


def cells_that_fail(result: AnswerResult) -> set[Cell]:
    """The cells in which an answer fails."""
    return {Cell(kind, name) for kind, rule in _RULES.items() for name in rule.failing(result)}


def belongs_to(result: AnswerResult, cell: Cell) -> bool:
    """Whether an answer could fail in a cell."""
    return _RULES[cell.kind].belongs(result, cell.name)


def _failing_tools(one: AnswerResult) -> list[str]:
    expected = tools_of(one.expected)
    if any(error.name in ERRORS_OF_WHOLE_ANSWERS for error in one.errors):
        return expected
    wrong = {error.tool for error in one.errors if error.name in (*ARGUMENT_ERRORS, AnswerErrorType.MISSING_CALL)}
    return [tool for tool in expected if tool in wrong]


def _failing_behaviors(one: AnswerResult) -> list[str]:
    return [] if one.is_right or one.expected not in list(Behavior) else [one.expected]


def _failing_pairs(one: AnswerResult) -> list[str]:
    choice = wrong_choice(one)
    return [PAIR_SEPARATOR.join(choice.pair)] if choice else []


def _failing_arguments(one: AnswerResult) -> list[str]:
    return [
        f"{error.tool}.{error.argument}"
        for error in one.errors
        if error.name in ARGUMENT_ERRORS and error.argument and error.tool in tools_of(one.expected)
    ]


def _calls_right_tool(one: AnswerResult, name: str) -> bool:
    """The argument of a tool can only be wrong where the tool is called."""
    tool = name.partition(".")[0]
    return tool in tools_of(one.expected) and tool in tools_of(one.behavior)


_RULES: Mapping[CellKind, _CellRule] = {
    CellKind.TOOL: _CellRule(_failing_tools, lambda one, name: name in tools_of(one.expected)),
    CellKind.BEHAVIOR: _CellRule(_failing_behaviors, lambda one, name: one.expected == name),
    CellKind.PAIR: _CellRule(
        _failing_pairs, lambda one, name: len({*name.split(PAIR_SEPARATOR)} & {*tools_of(one.expected)}) == 1
    ),
    CellKind.ARGUMENT: _CellRule(_failing_arguments, _calls_right_tool),
}
