"""Confused tools: a few pairs of tools hold more wrong choices than chance explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.confused_labels import dominates
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.fixes_of_tools import contrasts_of_tools
from winnow.training.diagnostics.tools.wrong_arguments import expected_tools, tools_of
from winnow.training.evaluation.tools.answer_results import AnswerResult


class WrongChoice(NamedTuple):
    """One tool that is called in place of another."""

    expected: str
    called: str

    @property
    def pair(self) -> tuple[str, str]:
        """Both tools in alphabetical order."""
        return (min(self), max(self))


def confused_tools(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Pairs with a tenth of the dialogues with a wrong tool, at least five, and more than if these were uniform."""
    tools = len(expected_tools(results))
    pairs = tools * (tools - 1) // 2
    if pairs < 2:
        return NotMeasured("there is at most one pair of tools, so it has all the wrong choices")
    dialogues: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in results:
        choice = wrong_choice(one)
        if choice:
            dialogues[choice.pair].add(one.id)
    wrong = sum(len(ids) for ids in dialogues.values())
    return [
        _issue(pair, len(ids), wrong, results, context)
        for pair, ids in sorted(dialogues.items())
        if dominates(len(ids), wrong, pairs)
    ]


def wrong_choice(result: AnswerResult) -> WrongChoice | None:
    """The tool that an answer calls in place of another; None unless exactly one is exchanged for one other."""
    expected, called = set(tools_of(result.expected)), set(tools_of(result.behavior))
    missing, instead = expected - called, called - expected
    return WrongChoice(*missing, *instead) if len(missing) == len(instead) == 1 else None


def _issue(
    pair: tuple[str, str], count: int, wrong: int, results: Sequence[AnswerResult], context: AnswerContext
) -> Issue:
    first, second = pair
    choices = [wrong_choice(one) for one in results]
    measured = ", ".join(
        f"{called} in place of {expected} {times:,} times"
        for expected, called in ((first, second), (second, first))
        if (times := choices.count(WrongChoice(expected, called)))
    )
    evidence = f"{measured}: {count:,} of {counted(wrong, 'dialogue')} with one tool in place of another"
    cause = "requests for the two tools differ little, and train has too few pairs that show the difference"
    return Issue(count, evidence, cause, contrasts_of_tools(first, second, context.tools))
