"""An answer of a model against the expected one: how many of the six levels it passes, and every error with its type.

The rules for values are those of the Berkeley Function Calling Leaderboard, with the exceptions that
docs/decisions/0048-bfcl-agreement.md lists. The wording of an answer is not judged: of text, only the behavior is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.suggest import suggestion
from winnow.validators.tools.answer_judgment import LEVELS, AnswerJudgment, FoundError
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.call_formats import Answer, FormatError
from winnow.validators.tools.dialogue import Call, Dialogue, Tool, Turn
from winnow.validators.tools.judging.answer_behavior import called_names, expected_behavior, text_behavior
from winnow.validators.tools.judging.call_errors import (
    CallComparison,
    LeveledError,
    compared_call,
    difference_errors,
    is_named_alike,
    needed_arguments,
    schema_errors,
)
from winnow.validators.tools.judging.match_calls import MatchedCalls, matched_calls
from winnow.validators.tools.judging.read_answer_text import read_answer_text
from winnow.validators.tools.judging.result_ids import result_ids

MALFORMED = "malformed"
"""The behavior of an answer that the call format cannot read, or that is empty."""


def judge_answer(
    text: str,
    *,
    expected: Turn,
    before: Dialogue,
    label: str | None,
    call_format: str,
    finished: bool = True,
) -> AnswerJudgment:
    """The judgment of an answer, given the expected turn and the dialogue before it.

    `label` is that of the dialogue if this is its last answer. `finished` says whether the answer ended by itself.
    """
    wanted = expected_behavior(expected, before, label)
    total = sum(len(needed_arguments(call, _by_name(before.tools))) for call in expected.calls)
    try:
        answer = read_answer_text(text, before.tools, call_format)
    except FormatError as error:
        malformed = [FoundError(AnswerErrorType.MALFORMED, f"{one.name}: {one}") for one in error.problems]
        return AnswerJudgment(0, (*_unfinished(finished), *malformed), wanted, MALFORMED, 0, total)
    if not answer.calls and not answer.content.strip():
        empty = FoundError(AnswerErrorType.EMPTY, f"found nothing, expected {wanted}")
        return AnswerJudgment(0, (*_unfinished(finished), empty), wanted, MALFORMED, 0, total)
    return _AnswerReader(answer, expected, before, wanted).judgment(total, finished)


def _by_name(tools: Sequence[Tool]) -> dict[str, Tool]:
    return {tool.name: tool for tool in tools}


def _unfinished(finished: bool) -> list[FoundError]:
    detail = "found the longest answer that is allowed, expected a stop token before its end"
    return [] if finished else [FoundError(AnswerErrorType.NOT_FINISHED, detail)]


@dataclass(frozen=True)
class _AnswerReader:
    """An answer that can be read, and the expected one."""

    answer: Answer
    expected: Turn
    before: Dialogue
    wanted: str
    """The expected behavior."""

    @cached_property
    def tools(self) -> dict[str, Tool]:
        return _by_name(self.before.tools)

    @cached_property
    def known_ids(self) -> frozenset[str]:
        return result_ids(self.before)

    @cached_property
    def matched(self) -> MatchedCalls:
        return matched_calls(self.answer.calls, self.expected.calls, self.tools, self.known_ids)

    @cached_property
    def comparisons(self) -> dict[int, CallComparison]:
        """How each given call of the right tool compares with the expected one, by its place."""
        return {
            given: compared_call(self.answer.calls[given], self.expected.calls[place], self.tools, self.known_ids)
            for given, place in self.matched.pairs
            if is_named_alike(self.answer.calls[given], self.expected.calls[place])
        }

    @cached_property
    def behavior(self) -> str:
        """What the answer does; the expected behavior where it calls what is accepted or says what is expected."""
        if self.answer.calls:
            right_names = len(self.comparisons) == len(self.answer.calls) == len(self.expected.calls)
            return self.wanted if right_names else called_names(self.answer.calls)
        if not self.expected.calls and self.answer.content.strip() == self.expected.content.strip():
            return self.wanted
        return text_behavior(self.answer.content, self.before)

    def judgment(self, total: int, finished: bool) -> AnswerJudgment:
        found = [*self._call_errors(), *self._count_errors(), *self._text_errors()]
        failed = [LEVELS.index(one.level) for one in found] + ([] if finished else [0])
        matched = sum(one.matched for one in self.comparisons.values())
        return AnswerJudgment(
            passed=min(failed, default=len(LEVELS)),
            errors=(*_unfinished(finished), *(one.error for one in found)),
            expected=self.wanted,
            behavior=self.behavior,
            matched_arguments=min(matched, total) if failed else total,
            expected_arguments=total,
        )

    def _call_errors(self) -> Iterator[LeveledError]:
        """What is wrong with each call, in order: its tool, its arguments, and where it is not the expected one."""
        partners = dict(self.matched.pairs)
        for place, call in enumerate(self.answer.calls):
            partner = self.expected.calls[partners[place]] if place in partners else None
            violations = list(schema_errors(call, self.tools[call.name])) if call.name in self.tools else []
            yield from violations
            if call.name not in self.tools:
                yield self._invented_tool(call, partner)
            elif partner and place not in self.comparisons:
                detail = f"found a call of {call.name!r}, expected one of {partner.name!r}"
                error = FoundError(AnswerErrorType.WRONG_TOOL, detail, partner.name)
                yield LeveledError(AnswerLevel.RIGHT_NAMES, error)
            if place in self.comparisons:
                violated = [one.error.argument for one in violations]
                yield from difference_errors(call, self.comparisons[place], violated)

    def _invented_tool(self, call: Call, partner: Call | None) -> LeveledError:
        offered = sorted(self.tools)
        names = f"a call of one of {', '.join(offered)}" if offered else "no call, because no tools are offered"
        expected = f"a call of {partner.name!r}" if partner else names
        fix = suggestion(call.name, offered)
        detail = f"found a call of {call.name!r}, which is not offered, expected {expected}" + (
            f"; {fix}" if fix else ""
        )
        error = FoundError(AnswerErrorType.INVENTED_TOOL, detail, partner.name if partner else call.name)
        return LeveledError(AnswerLevel.KNOWN_TOOLS, error)

    def _count_errors(self) -> Iterator[LeveledError]:
        """Calls too many and too few; the errors have other types where no call is right at all."""
        more = AnswerErrorType.EXTRA_CALL if self.expected.calls else AnswerErrorType.CALLED
        fewer = AnswerErrorType.MISSING_CALL if self.answer.calls else AnswerErrorType.DID_NOT_CALL
        counts = f"found {_counted(self.answer.calls)}, expected {_counted(self.expected.calls) or self.wanted}"
        for place in self.matched.extra:
            yield LeveledError(AnswerLevel.RIGHT_COUNT, FoundError(more, counts, self.answer.calls[place].name))
        for place in self.matched.missing:
            found = (
                counts
                if self.answer.calls
                else f"found text ({self.behavior}), expected {_counted(self.expected.calls)}"
            )
            yield LeveledError(AnswerLevel.RIGHT_COUNT, FoundError(fewer, found, self.expected.calls[place].name))

    def _text_errors(self) -> Iterator[LeveledError]:
        """Another behavior in text than the expected one; where no tools are offered, any text is right."""
        if self.answer.calls or self.expected.calls or self.wanted in (self.behavior, Behavior.GENERAL):
            return
        asks = self.wanted == Behavior.ASK
        name = AnswerErrorType.DID_NOT_ASK if asks else AnswerErrorType.WRONG_BEHAVIOR
        read = text_behavior(self.expected.content, self.before)
        doubt = "" if read == self.wanted else f"; the rules read the expected answer as {read!r}, too"
        detail = f"found an answer that the rules read as {self.behavior!r}, expected {self.wanted!r}{doubt}"
        yield LeveledError(AnswerLevel.RIGHT_VALUES, FoundError(name, detail))


def _counted(calls: Sequence[Call]) -> str:
    """The calls in words: `2 calls (create_event, create_task)`."""
    if not calls:
        return ""
    names = ", ".join(sorted(call.name for call in calls))
    return f"{len(calls)} call{'s' if len(calls) != 1 else ''} ({names})"
