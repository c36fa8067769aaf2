"""What is wrong with one call: its arguments against the schema of its tool, and against the expected call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.validators.tools.answer_judgment import FoundError
from winnow.validators.tools.dialogue import Call, Tool
from winnow.validators.tools.judging.argument_differences import (
    ArgumentDifference,
    argument_differences,
    may_be_left_out,
)
from winnow.validators.tools.schemas.argument_problem import ArgumentProblemName
from winnow.validators.tools.schemas.check_arguments import schema_violations

ERROR_OF_PROBLEM: Mapping[ArgumentProblemName, AnswerErrorType] = {
    ArgumentProblemName.MISSING: AnswerErrorType.MISSING_ARGUMENT,
    ArgumentProblemName.UNDECLARED: AnswerErrorType.INVENTED_ARGUMENT,
    ArgumentProblemName.WRONG_TYPE: AnswerErrorType.WRONG_TYPE,
    ArgumentProblemName.NUMBER_AS_STRING: AnswerErrorType.WRONG_TYPE,
    ArgumentProblemName.BOOLEAN_AS_STRING: AnswerErrorType.WRONG_TYPE,
    ArgumentProblemName.JSON_AS_STRING: AnswerErrorType.WRONG_TYPE,
    ArgumentProblemName.FLOAT_FOR_INTEGER: AnswerErrorType.WRONG_TYPE,
    ArgumentProblemName.NULL_VALUE: AnswerErrorType.WRONG_TYPE,
}
"""The type of the error for what breaks a schema; everything else is a value that the schema refuses."""


@dataclass(frozen=True)
class LeveledError:
    """An error, and the level that an answer with it fails."""

    level: AnswerLevel
    error: FoundError


@dataclass(frozen=True)
class CallComparison:
    """One call, compared with the expected call that it is matched with."""

    differences: tuple[ArgumentDifference, ...]
    """From the nearest of the calls that are right, those with the same name."""
    matched: int
    """Arguments of the expected call that are there with an accepted value."""


def schema_errors(call: Call, tool: Tool) -> Iterator[LeveledError]:
    """The errors of a call of an offered tool that its schema shows."""
    for one in schema_violations(tool, call.arguments):
        name = ERROR_OF_PROBLEM.get(one.name, AnswerErrorType.INVALID_VALUE)
        yield LeveledError(AnswerLevel.VALID_SCHEMA, FoundError(name, str(one), call.name, one.argument))


def is_named_alike(given: Call, expected: Call) -> bool:
    """Whether a call has the tool of the expected call, or of one that is accepted in its place."""
    return any(given.name == one.name for one in (expected, *expected.accepted_calls))


def compared_call(
    given: Call, expected: Call, tools: Mapping[str, Tool], known_ids: Collection[str] = ()
) -> CallComparison:
    """The differences of a call from that right call of the same tool from which there are the fewest."""
    tool = tools.get(given.name)
    right = [one for one in (expected, *expected.accepted_calls) if one.name == given.name]
    found = [argument_differences(one, given.arguments, tool, known_ids) for one in right]
    nearest = min(range(len(right)), key=lambda place: len(found[place]))
    paths = [one.path for one in found[nearest]]
    needed = needed_arguments(right[nearest], tools)
    matched = sum(name in given.arguments and not any(_covers(name, path) for path in paths) for name in needed)
    return CallComparison(tuple(found[nearest]), matched)


def needed_arguments(expected: Call, tools: Mapping[str, Tool]) -> list[str]:
    """The arguments of an expected call that may not be left out."""
    tool = tools.get(expected.name)
    return [name for name in expected.arguments if not may_be_left_out(expected, name, tool)]


def difference_errors(given: Call, comparison: CallComparison, violated: Collection[str]) -> Iterator[LeveledError]:
    """The differences as errors, without those at places for which the schema has named a fault already."""
    for one in comparison.differences:
        if not any(_covers(path, one.path) or _covers(one.path, path) for path in violated):
            error = FoundError(one.name, one.detail, given.name, one.path)
            yield LeveledError(AnswerLevel.RIGHT_VALUES, error)


def _covers(outer: str, inner: str) -> bool:
    """Whether a path is that of an argument, or of a part of it."""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))
