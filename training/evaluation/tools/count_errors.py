"""Errors of answers by type, with the tools that they are about and some examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult
from winnow.training.evaluation.tools.tool_facts import AnswerErrorCount, AnswerErrorExample

Name = TypeVar("Name", bound=str)

EXAMPLES_SHOWN = 5
"""Examples of each type of error."""


def count_errors(results: Sequence[AnswerResult]) -> list[AnswerErrorCount]:
    """Every type that occurs, the most frequent first."""
    found: dict[AnswerErrorType, list[AnswerErrorExample]] = {}
    for result in results:
        for error in result.errors:
            found.setdefault(error.name, []).append(_example(result, error))
    counted = [_counted(name, examples) for name, examples in found.items()]
    return sorted(counted, key=lambda one: (-one.answers, -one.count, one.error))


def errors_about(tool: str, results: Iterable[AnswerResult]) -> dict[AnswerErrorType, int]:
    """How often each type occurs with a tool, the most frequent first."""
    return _by_frequency(error.name for one in results for error in one.errors if error.tool == tool)


def _counted(name: AnswerErrorType, examples: Sequence[AnswerErrorExample]) -> AnswerErrorCount:
    return AnswerErrorCount(
        error=name,
        count=len(examples),
        answers=len({(one.id, one.turn) for one in examples}),
        tools=_by_frequency(one.tool for one in examples if one.tool),
        examples=_varied(examples)[:EXAMPLES_SHOWN],
    )


def _varied(examples: Sequence[AnswerErrorExample]) -> list[AnswerErrorExample]:
    """The examples with one of every tool and dialogue first."""
    seen: set[str] = set()
    first: list[AnswerErrorExample] = []
    others: list[AnswerErrorExample] = []
    for example in examples:
        is_new = example.id not in seen and example.tool not in seen
        (first if is_new else others).append(example)
        seen |= {example.id} | ({example.tool} if example.tool else set())
    return first + others


def _example(result: AnswerResult, error: AnswerErrorLine) -> AnswerErrorExample:
    return AnswerErrorExample(
        id=result.id,
        turn=result.turn,
        tool=error.tool,
        argument=error.argument,
        detail=error.detail,
        question=result.question,
        expected_answer=result.expected_answer,
        answer=result.answer,
    )


def _by_frequency(names: Iterable[Name]) -> dict[Name, int]:
    counts = Counter(names)
    return {name: counts[name] for name in sorted(counts, key=lambda name: (-counts[name], name))}
